#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "entitlement/limits.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/spans.h"
#include "storage/sqlite/unit_loader.h"

namespace usher::storage {
namespace {

using entitlement::Account;
using entitlement::ApplicationNo;
using entitlement::MinuteSpans;
using entitlement::SubscriptionId;
using entitlement::VoicePlan;

absl::Status Damaged(const Account& account, absl::string_view what) {
  return UnitDamageError(absl::StrCat("account ", account.id.value(), ": ", what));
}

absl::Status ReadPlans(Database& database, Account& account) {
  Rows rows = database.Select(
      "SELECT application_no, subscription_id, product, period, start_time, first_month, months,"
      " expire_time, months_granted, next_grant_time"
      " FROM voice_plan WHERE account_no = ? ORDER BY application_no, subscription_id",
      account.no);
  while (rows.Next()) {
    ApplicationNo application;
    VoicePlan plan;
    rows.Read(application, plan.subscription, plan.product, plan.period, plan.start_time,
              plan.first_month, plan.months, plan.expire_time, plan.months_granted,
              plan.next_grant_time);
    const SubscriptionId id = plan.subscription;
    account.voice.applications[application].plans.emplace(id, std::move(plan));
  }
  return rows.status();
}

absl::Status ReadLots(Database& database, Account& account) {
  Rows rows = database.Select(
      "SELECT application_no, subscription_id, expire_time, concurrency, minutes FROM voice_lot"
      " WHERE account_no = ? ORDER BY application_no, subscription_id, expire_time",
      account.no);
  while (rows.Next()) {
    ApplicationNo application;
    SubscriptionId subscription;
    entitlement::VoiceLot lot;
    rows.Read(application, subscription, lot.expire_time, lot.concurrency, lot.minutes);
    account.voice.applications[application].plans[subscription].lots.push_back(lot);
  }
  return rows.status();
}

absl::Status ReadGrants(Database& database, Account& account) {
  Rows rows = database.Select(
      "SELECT grant_id, source, product, application_no, subscription_id, granted, charged,"
      " start_time, expire_time, expired"
      " FROM minute_grant WHERE account_no = ? ORDER BY grant_id",
      account.no);
  while (rows.Next()) {
    entitlement::MinuteGrant grant;
    rows.Read(grant.id, grant.source, grant.product, grant.application, grant.subscription,
              grant.granted, grant.charged, grant.start_time, grant.expire_time, grant.expired);
    if (grant.id.value() != static_cast<int64_t>(account.voice.grants.size()) + 1) {
      return Damaged(account, "a lot of Voice AI minutes is missing");
    }
    account.voice.grants.push_back(std::move(grant));
  }
  return rows.status();
}

absl::StatusOr<MinuteSpans> ParseSpans(const Account& account, const std::string& text) {
  absl::StatusOr<MinuteSpans> spans = SpansFromText(text);
  if (!spans.ok()) return Damaged(account, spans.status().message());
  for (const entitlement::MinuteSpan& span : *spans) {
    if (span.grant && account.voice.Find(span.grant) == nullptr) {
      return Damaged(account, "a call has minutes of a lot that is not there");
    }
  }
  return spans;
}

absl::Status ReadLiveCalls(Database& database, Account& account) {
  Rows rows = database.Select(
      "SELECT application_no, call_no, call_id, direction, start_time, connect_time, ttl,"
      " sign_time, final_minute, spans FROM voice_call"
      " WHERE account_no = ? AND end_time = 9223372036854775807 ORDER BY application_no, call_no",
      account.no);
  absl::flat_hash_set<std::pair<ApplicationNo, entitlement::CallId>> names;
  while (rows.Next()) {
    entitlement::Call call;
    std::string hold;
    rows.Read(call.application, call.no, call.id, call.direction, call.start_time,
              call.connect_time, call.ttl, call.sign_time, call.final_minute, hold);
    absl::StatusOr<MinuteSpans> spans = ParseSpans(account, hold);
    if (!spans.ok()) return spans.status();
    if (!names.emplace(call.application, call.id).second) {
      return Damaged(account, absl::StrCat("two live calls are named ", call.id.value()));
    }
    call.hold = *std::move(spans);
    call.reserved = entitlement::MinutesOf(call.hold);
    account.voice.calls.emplace(call.no, std::move(call));
  }
  return rows.status();
}

absl::Status ReadEndedCalls(Database& database, absl::Time ended_since, Account& account) {
  Rows rows = database.Select(
      "SELECT application_no, call_no, call_id, direction, start_time, connect_time, end_time,"
      " connected_duration, spans, end_reason, settled FROM voice_call"
      " WHERE account_no = ? AND end_time >= ? AND end_time < 9223372036854775807"
      " ORDER BY end_time DESC, call_no DESC LIMIT ?",
      account.no, ended_since, entitlement::kEndedCallsRememberedMax);
  while (rows.Next()) {
    entitlement::EndedCall call;
    std::string charges;
    rows.Read(call.application, call.no, call.id, call.direction, call.start_time,
              call.connect_time, call.end_time, call.connected_duration, charges, call.reason,
              call.settled);
    absl::StatusOr<MinuteSpans> spans = ParseSpans(account, charges);
    if (!spans.ok()) return spans.status();
    call.charges = *std::move(spans);
    account.voice.ended_calls.emplace(call.no, std::move(call));
  }
  return rows.status();
}

}  // namespace

absl::Status ReadVoice(Database& database, absl::Time ended_since, Account& account) {
  USHER_RETURN_IF_ERROR(ReadPlans(database, account));
  USHER_RETURN_IF_ERROR(ReadLots(database, account));
  USHER_RETURN_IF_ERROR(ReadGrants(database, account));
  USHER_RETURN_IF_ERROR(ReadLiveCalls(database, account));
  return ReadEndedCalls(database, ended_since, account);
}

}  // namespace usher::storage
