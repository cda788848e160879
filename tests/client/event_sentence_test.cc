#include "client/cli/event_sentence.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/words.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace usher::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

Times BerlinAtNine() {
  return {"Europe/Berlin", absl::FromCivil(absl::CivilHour(2026, 11, 25, 9), absl::UTCTimeZone())};
}

v1::Event EventOf(const std::string& payload) {
  v1::Event event;
  const auto status =
      google::protobuf::util::JsonStringToMessage(absl::StrCat(R"({"account": "accounts/acme",
                       "application": "accounts/acme/applications/support", )",
                                                               payload, "}"),
                                                  &event);
  EXPECT_TRUE(status.ok()) << payload << ": " << status.ToString();
  return event;
}

struct Row {
  const char* payload;
  const char* sentence;
};

// In the order of the contract.
constexpr Row kRows[] = {
    {R"("accountChanged": {"displayName": "Acme Mail Order", "timeZone": "Europe/Berlin"})",
     "acme is called 'Acme Mail Order' and has the time zone Europe/Berlin"},
    {R"("accountChanged": {"timeZone": "Europe/Berlin", "pendingTimeZone": "Asia/Tokyo",
                           "timeZoneChangeTime": "2026-11-30T23:00:00Z"})",
     "acme has the time zone Europe/Berlin, from 2026-12-01 00:00 on Asia/Tokyo"},
    {R"("applicationChanged": {"displayName": "Support desk"})",
     "acme/support is in use and called 'Support desk'"},
    {R"("applicationChanged": {})", "acme/support is in use"},
    {R"("applicationChanged": {"displayName": "Support desk", "deleted": true})",
     "acme/support was deleted"},
    {R"("trialStarted": {"licenses": 3, "expireTime": "2026-12-09T09:14:00Z"})",
     "the trial started: 3 agent licenses until 2026-12-09 10:14"},
    {R"("orderPlaced": {"orderId": 7, "totalCents": 552000})",
     "order 7 was placed for 5,520.00 USD"},
    {R"("orderPlaced": {"orderId": 8, "totalCents": 12000, "renewal": true})",
     "order 8, a renewal, was placed for 120.00 USD"},
    {R"("licenseBound": {"licenseId": 12, "email": "ann@acme.test"})",
     "ann@acme.test was bound to license 12"},
    {R"("licenseBound": {"licenseId": 12, "email": "ann@acme.test", "movedFromLicenseId": 3})",
     "ann@acme.test moved from license 3, which expired, to license 12"},
    {R"("licenseReleased": {"licenseId": 12, "email": "ann@acme.test",
                            "cause": "RELEASE_CAUSE_RESET"})",
     "ann@acme.test lost license 12 by a reset"},
    {R"("licenseReleased": {"licenseId": 3, "email": "ann@acme.test",
                            "cause": "RELEASE_CAUSE_MOVED"})",
     "ann@acme.test left license 3, which expired, for another"},
    {R"("licenseReleased": {"licenseId": 3, "email": "ann@acme.test",
                            "cause": "RELEASE_CAUSE_LAPSED"})",
     "ann@acme.test lost license 3, which lapsed"},
    {R"("licenseExpired": {"licenseIds": [1, 2, 3], "kind": "LICENSE_KIND_AGENT",
                           "edition": "EDITION_STANDARD"})",
     "3 standard agent licenses expired: 1–3"},
    {R"("licensesReset": {"releasedLicenseIds": [15, 16], "retainedLicenseIds": [1], "used": 2,
                          "month": "2026-11"})",
     "reset 2 of 2026-11 released 2 licenses and kept 1"},
    {R"("sessionStarted": {"sessionId": 5, "email": "ann@acme.test", "channel": "CHANNEL_WEB",
                           "clientId": "desk-1", "licenseId": 12})",
     "ann@acme.test logged in on web from desk-1, license 12"},
    {R"("sessionEnded": {"sessionId": 5, "email": "ann@acme.test", "reason": "END_REASON_LOGOUT"})",
     "ann@acme.test logged out of session 5"},
    {R"("sessionEnded": {"sessionId": 5, "email": "ann@acme.test",
                         "reason": "END_REASON_LEASE_EXPIRED"})",
     "ann@acme.test lost session 5, without a sign of life"},
    {R"("sessionEnded": {"sessionId": 5, "email": "ann@acme.test",
                         "reason": "END_REASON_SUPERSEDED"})",
     "ann@acme.test lost session 5, taken over by another client"},
    {R"("sessionEnded": {"sessionId": 5, "email": "ann@acme.test",
                         "reason": "END_REASON_LICENSE_EXPIRED"})",
     "ann@acme.test lost session 5, as the license has expired"},
    {R"("sessionEnded": {"sessionId": 5, "email": "ann@acme.test", "reason": "END_REASON_FORCED",
                         "note": "left the company"})",
     "ann@acme.test lost session 5, by force: left the company"},
    {R"("sessionEnded": {"sessionId": 5, "email": "ann@acme.test",
                         "reason": "END_REASON_APPLICATION_DELETED"})",
     "ann@acme.test lost session 5, as the application was deleted"},
    {R"("mobileAnsweringChanged": {"email": "ann@acme.test", "mode": "MOBILE_ANSWERING_OFF"})",
     "ann@acme.test no longer answers on a mobile phone"},
    {R"("mobileAnsweringChanged": {"email": "ann@acme.test",
                                   "mode": "MOBILE_ANSWERING_WHEN_OFFLINE"})",
     "ann@acme.test answers on a mobile phone when offline"},
    {R"("mobileAnsweringChanged": {"email": "ann@acme.test", "mode": "MOBILE_ANSWERING_ALWAYS"})",
     "ann@acme.test always answers on a mobile phone"},
    {R"("phoneOnline": {"phoneId": "1001", "licenseId": 4})", "phone 1001 is online, license 4"},
    {R"("phoneOffline": {"phoneId": "1001", "licenseId": 4, "reason": "END_REASON_LOGOUT"})",
     "phone 1001 is offline: license 4 is given back"},
    {R"("phoneOffline": {"phoneId": "1001", "licenseId": 4, "reason": "END_REASON_LEASE_EXPIRED"})",
     "phone 1001 is offline, without a sign of life: license 4 is given back"},
    {R"("callStarted": {"callId": "c-1", "direction": "CALL_DIRECTION_INBOUND"})",
     "inbound call c-1 started"},
    {R"("callConnected": {"callId": "c-1"})", "call c-1 was connected"},
    {R"("callEnded": {"callId": "c-1", "chargedMinutes": 5, "reason": "CALL_END_REASON_COMPLETED",
                      "charges": [{"grantId": 2, "minutes": 3}, {"grantId": 3, "minutes": 2}]})",
     "call c-1 ended, completed; 5 minutes charged: 3 of grant 2, 2 of grant 3"},
    {R"("callEnded": {"callId": "c-1", "reason": "CALL_END_REASON_LEASE_EXPIRED"})",
     "call c-1 ended, lease expired; nothing charged"},
    {R"("minutesGranted": {"grantId": 1, "product": "voice-agent-package", "minutes": 8000,
                           "expireTime": "2026-11-30T23:00:00Z"})",
     "grant 1: 8,000 minutes of voice-agent-package until 2026-12-01 00:00"},
    {R"("minutesExpired": {"grantId": 1, "unusedMinutes": 7981})",
     "grant 1 lapsed with 7,981 minutes unused"},
    {R"("tokenChanged": {"tokenId": "7", "role": "AGENT"})", "agent token 7 was made"},
    {R"("tokenChanged": {"tokenId": "7", "role": "agent", "revoked": true})",
     "agent token 7 was revoked"},
    {R"("licensesGranted": {"licenseIds": [4, 5, 6], "kind": "LICENSE_KIND_SIP",
                            "edition": "EDITION_PREMIUM", "subscriptionId": 2,
                            "expireTime": "2027-07-01T08:14:00Z"})",
     "3 premium SIP licenses of subscription 2 were granted until 2027-07-01 10:14 CEST: 4–6"},
    {R"("licensesGranted": {"licenseIds": [1], "kind": "LICENSE_KIND_AGENT",
                            "edition": "EDITION_STANDARD", "expireTime": "2026-12-09T09:14:00Z"})",
     "1 standard agent license of the trial was granted until 2026-12-09 10:14: 1"},
    {R"("subscriptionRenewed": {"subscriptionId": 2, "expireTime": "2026-12-09T09:14:00Z"})",
     "subscription 2 was renewed until 2026-12-09 10:14"},
    {R"("subscriptionRenewed": {"subscriptionId": 2, "expireTime": "2026-12-09T09:14:00Z",
                                "lapsedLicenseIds": [6]})",
     "subscription 2 was renewed until 2026-12-09 10:14 without license 6"},
    {R"("sessionDraining": {"sessionId": 5, "email": "ann@acme.test", "draining": true,
                            "drainDeadlineTime": "2026-11-25T09:05:00Z"})",
     "ann@acme.test has no license any more: session 5 ends 2026-11-25 10:05 unless one comes "
     "free"},
    {R"("sessionDraining": {"sessionId": 5, "email": "ann@acme.test"})",
     "ann@acme.test may go on with session 5: a license serves it"},
    {R"("phoneDraining": {"phoneId": "1001", "draining": true,
                          "drainDeadlineTime": "2026-11-25T09:05:00Z"})",
     "phone 1001 has no license any more: offline 2026-11-25 10:05 unless one comes free"},
    {R"("phoneDraining": {"phoneId": "1001"})", "phone 1001 may stay online: a license serves it"},
    {R"("callAdjusted": {"callId": "c-1", "chargedMinutes": 2,
                         "charges": [{"grantId": 2, "minutes": 2}]})",
     "call c-1 was settled by its true duration, in all 2 minutes charged: 2 of grant 2"},
};

TEST(EventSentence, SaysWhatHappened) {
  for (const Row& row : kRows) {
    EXPECT_EQ(EventSentence(EventOf(row.payload), BerlinAtNine()), row.sentence);
  }
}

TEST(EventSentence, EveryPayloadOfTheContractHasOne) {
  std::set<std::string> told;
  for (const Row& row : kRows) told.insert(EventType(EventOf(row.payload)));
  for (const std::string& type : EventTypes()) EXPECT_EQ(told.count(type), 1U) << type;
  EXPECT_THAT(told, SizeIs(EventTypes().size()));
}

TEST(EventSentence, AnEventOfANewerServerIsTold) {
  EXPECT_THAT(EventSentence(v1::Event(), BerlinAtNine()), HasSubstr("does not know"));
  EXPECT_EQ(EventType(v1::Event()), kNone);
}

TEST(EventSentence, WhatWasCaughtUpSaysWhenItWasRecorded) {  // R29
  v1::Event event = EventOf(
      R"("callConnected": {"callId": "c-1"}, "eventTime": "2026-11-25T08:00:00Z",
         "recordTime": "2026-11-25T08:00:59Z")");
  EXPECT_EQ(EventSentence(event, BerlinAtNine()), "call c-1 was connected");
  *event.mutable_record_time() = ToProto(absl::FromUnixSeconds(event.event_time().seconds() + 60));
  EXPECT_EQ(EventSentence(event, BerlinAtNine()),
            "call c-1 was connected (recorded 2026-11-25 09:01)");
}

TEST(IdRanges, AreRunsAndHaveAnEnd) {
  v1::LicenseExpired expired;
  EXPECT_EQ(IdRanges(expired.license_ids()), "");
  for (const int64_t id : {1, 2, 3, 5, 7, 8, 10, 12, 13}) expired.add_license_ids(id);
  EXPECT_EQ(IdRanges(expired.license_ids()), "1–3, 5, 7, 8, 10 and 2 more");
}

}  // namespace
}  // namespace usher::cli
