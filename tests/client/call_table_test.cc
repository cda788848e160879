#include "client/cli/call_table.h"

#include <clocale>
#include <sstream>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace usher::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kNine = 1'795'597'200;  // 2026-11-25T09:00:00Z

Times BerlinAtNine() { return {"Europe/Berlin", absl::FromUnixSeconds(kNine)}; }

class CallTableTest : public ::testing::Test {
 protected:
  CallTableTest() { setlocale(LC_CTYPE, "C.UTF-8"); }  // NOLINT: no other thread.

  template <typename Shown>
  static std::string Printed(const Shown& shown) {
    std::ostringstream out;
    shown.Print(out, Look::kPlain);
    return out.str();
  }

  template <typename Message>
  static Message Parse(const std::string& text) {
    Message message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
    return message;
  }

  static std::string Shown(const std::string& call) {
    return Printed(FactsOf(Parse<v1::Call>(call), BerlinAtNine()));
  }
};

TEST_F(CallTableTest, ARingingCallSaysThatItCostsNothing) {  // R25
  EXPECT_THAT(Shown("call_id: 'c-1' direction: CALL_DIRECTION_INBOUND state: CALL_STATE_RINGING "
                    "start_time { seconds: 1795597200 } expire_time { seconds: 1795597290 } "
                    "reserved_minutes: 1"),
              AllOf(HasSubstr("not yet: ringing is free\n"), HasSubstr("Reserved   1 minute\n"),
                    HasSubstr("ends in 90 s unless it is extended\n"), Not(HasSubstr("Must end"))));
}

TEST_F(CallTableTest, ACallInItsFinalMinuteSaysWhenItMustEnd) {  // R26
  EXPECT_THAT(Shown("call_id: 'c-1' state: CALL_STATE_CONNECTED "
                    "connect_time { seconds: 1795597140 } connected_duration { seconds: 60 } "
                    "expire_time { seconds: 1795597290 } reserved_minutes: 2 final_minute: true "
                    "must_end_time { seconds: 1795597260 }"),
              AllOf(HasSubstr("1:00, since 2026-11-25 09:59 CET\n"),
                    HasSubstr("2026-11-25 10:01 CET (in 60 s), as no more minutes can be "
                              "reserved\n")));
}

TEST_F(CallTableTest, AnEndedCallSaysWhoseMinutesItUsedAndWhatNoneCovered) {  // R24, R26
  EXPECT_THAT(
      Shown("call_id: 'c-1' state: CALL_STATE_ENDED "
            "end_reason: CALL_END_REASON_MINUTES_EXHAUSTED "
            "connect_time { seconds: 1795597140 } end_time { seconds: 1795597200 } "
            "connected_duration { seconds: 300 nanos: 1 } charged_minutes: 5 "
            "charges { grant_id: 2 minutes: 3 } charges { grant_id: 3 minutes: 2 } "
            "uncovered_minutes: 1"),
      AllOf(HasSubstr("ended: out of minutes\n"), HasSubstr("5:01, from "),
            HasSubstr("5 minutes: 3 of grant 2, 2 of grant 3\n"),
            HasSubstr("1 minute that no grant had left: not charged\n"), Not(HasSubstr("Lease"))));
  EXPECT_THAT(Shown("call_id: 'c-1' state: CALL_STATE_ENDED"),
              AllOf(HasSubstr("Connected  never\n"), HasSubstr("Charged    nothing\n")));
}

TEST_F(CallTableTest, ExtensionsTellWhichCallsAreOver) {
  const auto response = Parse<v1::ExtendCallsResponse>(
      "extensions { call_id: 'c-1' state: CALL_STATE_CONNECTED "
      "             expire_time { seconds: 1795597290 } } "
      "extensions { call_id: 'c-2' state: CALL_STATE_ENDED "
      "             end_reason: CALL_END_REASON_LEASE_EXPIRED } "
      "extensions { call_id: 'c-3' state: CALL_STATE_ENDED }");
  EXPECT_EQ(Printed(ExtensionsTable(response, BerlinAtNine())),
            "CALL  STATE                 LEASE ENDS  MUST END\n"
            "c-1   connected             in 90 s     —\n"
            "c-2   ended: lease expired  —           —\n"
            "c-3   not known             —           —\n");
}

TEST_F(CallTableTest, WhatLapsesNextIsTheSumOfAllThatLapsesThen) {  // R24
  // The first one to burn is not always the first one to lapse.
  const auto balance = Parse<v1::GetVoiceBalanceResponse>(
      "grants { grant_id: 4 remaining_minutes: 0 expire_time { seconds: 1795600000 } } "
      "grants { grant_id: 1 remaining_minutes: 8000 expire_time { seconds: 1796079600 } } "
      "grants { grant_id: 3 remaining_minutes: 250 expire_time { seconds: 1795770000 } } "
      "grants { grant_id: 2 remaining_minutes: 4000 expire_time { seconds: 1795770000 } }");
  EXPECT_EQ(NextLapse(balance, BerlinAtNine()), "4,250 minutes, 2026-11-27 10:00 CET (in 2 d)");
  EXPECT_EQ(NextLapse({}, BerlinAtNine()), "");
}

TEST_F(CallTableTest, SlotsAreNeverFreeBelowZero) {
  const auto balance = Parse<v1::GetVoiceBalanceResponse>(
      "concurrency { application: 'accounts/acme/applications/support' limit: 0 active: 2 }");
  EXPECT_THAT(Printed(SlotsTable(balance)), HasSubstr("acme/support      0      2     0\n"));
}

TEST(Clock, CountsAPartOfASecondAsAWholeOne) {
  EXPECT_EQ(Clock(absl::ZeroDuration()), "0:00");
  EXPECT_EQ(Clock(absl::Milliseconds(59'001)), "1:00");
  EXPECT_EQ(Clock(absl::Minutes(59) + absl::Seconds(59)), "59:59");
  EXPECT_EQ(Clock(absl::Hours(25) + absl::Seconds(5)), "25:00:05");
}

}  // namespace
}  // namespace usher::cli
