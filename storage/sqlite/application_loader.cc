#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "storage/sqlite/error.h"
#include "storage/sqlite/recent_sessions.h"
#include "storage/sqlite/unit_loader.h"

namespace usher::storage {
namespace {

using entitlement::Application;
using entitlement::ApplicationNo;
using entitlement::EndedSession;
using entitlement::SessionId;

absl::Status Damaged(ApplicationNo no, std::string_view what) {
  return UnitDamageError(absl::StrCat("what is stored of application number ", no.value(),
                                      " makes no sense: ", std::string(what)));
}

// Whether a number that stands for an enum is one of its values: what counts licenses relies on it,
// and no check of the tables looks at constraints (table_check.h).
bool IsKnown(entitlement::LicenseKind kind) {
  return kind == entitlement::LicenseKind::kAgent || kind == entitlement::LicenseKind::kSip;
}
bool IsKnown(entitlement::Edition edition) {
  return edition == entitlement::Edition::kStandard || edition == entitlement::Edition::kPremium;
}
bool IsKnown(entitlement::Channel channel) {
  return std::find(std::begin(entitlement::kChannels), std::end(entitlement::kChannels), channel) !=
         std::end(entitlement::kChannels);
}

absl::Status ReadLicenses(Database& database, Application& application) {
  Rows rows = database.Select(
      "SELECT license_id, kind, edition, source, subscription_id, expire_time, expired"
      " FROM license WHERE application_no = ? ORDER BY license_id",
      application.no);
  while (rows.Next()) {
    entitlement::License license;
    rows.Read(license.id, license.kind, license.edition, license.source, license.subscription,
              license.expire_time, license.expired);
    if (license.id.value() != static_cast<int64_t>(application.licenses.size()) + 1) {
      return Damaged(application.no,
                     absl::StrCat("a license is missing before license ", license.id.value()));
    }
    if (!IsKnown(license.kind) || !IsKnown(license.edition)) {
      return Damaged(application.no,
                     absl::StrCat("license ", license.id.value(), " is of no kind or edition"));
    }
    application.licenses.push_back(std::move(license));
  }
  // A loaded application rarely grows.
  application.licenses.shrink_to_fit();
  return rows.status();
}

// Records the holder on the license; false where there is no such license or it is held already.
bool PutOn(Application& application, entitlement::LicenseId id, entitlement::LicenseKind kind,
           entitlement::SharedText holder, absl::Time bind_time) {
  if (application.Find(id) == nullptr) return false;
  entitlement::License& license = application.licenses[static_cast<size_t>(id.value() - 1)];
  if (license.held() || license.kind != kind) return false;
  license.holder = std::move(holder);
  license.bind_time = bind_time;
  return true;
}

absl::Status ReadAgents(Database& database, Application& application) {
  Rows rows = database.Select(
      "SELECT email, license_id, bind_time, mobile_answering, last_active_time, drain_deadline"
      " FROM agent WHERE application_no = ? ORDER BY email",
      application.no);
  while (rows.Next()) {
    entitlement::Agent agent;
    absl::Time bind_time;
    rows.Read(agent.email, agent.license, bind_time, agent.mobile_answering, agent.last_active_time,
              agent.drain_deadline);
    if (agent.email.empty())
      return Damaged(application.no, "an agent's email is empty or too long");
    if (!PutOn(application, agent.license, entitlement::LicenseKind::kAgent, agent.email.text(),
               bind_time)) {
      return Damaged(application.no,
                     absl::StrCat("license ", agent.license.value(), " can't be held by ",
                                  std::string(agent.email.value())));
    }
    application.agents.Add(std::move(agent));
  }
  return rows.status();
}

absl::Status ReadPhones(Database& database, Application& application) {
  Rows rows = database.Select(
      "SELECT phone_id, license_id, bind_time, online_time, ttl, revision, drain_deadline"
      " FROM phone WHERE application_no = ? ORDER BY phone_id",
      application.no);
  while (rows.Next()) {
    entitlement::Phone phone;
    absl::Time bind_time;
    rows.Read(phone.id, phone.license, bind_time, phone.online_time, phone.ttl, phone.revision,
              phone.drain_deadline);
    if (phone.id.value().size() > entitlement::SharedText::kLengthMax) {
      return Damaged(application.no, "a phone's id is too long");
    }
    if (!PutOn(application, phone.license, entitlement::LicenseKind::kSip,
               entitlement::SharedText(phone.id.value()), bind_time)) {
      return Damaged(application.no, absl::StrCat("license ", phone.license.value(),
                                                  " can't be held by phone ", phone.id.value()));
    }
    application.phones.emplace_hint(application.phones.end(), phone.id, std::move(phone));
  }
  return rows.status();
}

// Gives a session its place; false where it is live and its agent isn't there or has another one on
// that channel.
bool Put(Application& application, EndedSession session, absl::Time ended_since) {
  const bool live = session.end_time == absl::InfiniteFuture();
  entitlement::Agent* const agent = application.agents.Find(session.email);
  if (agent != nullptr) {
    agent->last_active_time =
        std::max(agent->last_active_time, live ? session.start_time : session.end_time);
    session.email = agent->email;
  }
  if (!live) {
    if (session.end_time < ended_since) return true;
    application.ended_sessions.emplace_hint(application.ended_sessions.begin(), session.id,
                                            std::move(session));
    return true;
  }
  if (agent == nullptr) return false;
  SessionId& place = agent->sessions[IndexOf(session.channel)];
  if (place) return false;
  place = session.id;
  application.sessions.Add({.id = session.id,
                            .email = std::move(session.email),
                            .client_id = std::move(session.client_id),
                            .revision = session.revision,
                            .lease_end = {},
                            .start_time = session.start_time,
                            .ttl = session.ttl,
                            .channel = session.channel});
  return true;
}

// The end of a session that the row of the one which superseded it has told.
struct Takeover {
  absl::Time time;
  entitlement::LicenseId license;
};

// A session as it is stored, in a row of `session` or packed.
struct SessionRow {
  EndedSession session;
  SessionId supersedes;
  entitlement::LicenseId start_license;
};

// Takes the rows of an application's sessions, newest first, so that the row that tells of a
// takeover is seen before the row that it ended.
class SessionTaker {
 public:
  SessionTaker(absl::Time ended_since, Application& application)
      : ended_since_(ended_since), application_(application) {}

  absl::Status Take(SessionRow row) {
    EndedSession& session = row.session;
    if (session.email.empty() || session.client_id.empty()) {
      return Damaged(application_.no, absl::StrCat("the email or client of session ",
                                                   session.id.value(), " is empty or too long"));
    }
    if (!IsKnown(session.channel)) {
      return Damaged(application_.no,
                     absl::StrCat("session ", session.id.value(), " has no channel"));
    }
    if (row.supersedes) {
      takeovers_[row.supersedes] = {.time = session.start_time, .license = row.start_license};
    }
    if (const auto takeover = takeovers_.extract(session.id)) {
      session.end_time = takeover.mapped().time;
      session.license = takeover.mapped().license;
      session.reason = entitlement::EndReason::kSuperseded;
    }
    if (!Put(application_, std::move(session), ended_since_)) {
      return Damaged(application_.no, "a live session has no agent, or its channel has two");
    }
    return absl::OkStatus();
  }

 private:
  const absl::Time ended_since_;
  Application& application_;
  absl::flat_hash_map<SessionId, Takeover> takeovers_;
};

SessionRow ToRow(const PackedSession& packed) {
  SessionRow row{.supersedes = packed.supersedes, .start_license = packed.license};
  EndedSession& session = row.session;
  session.id = packed.id;
  Read(packed.email, session.email);
  session.channel = packed.channel;
  Read(packed.client_id, session.client_id);
  session.license = packed.license;
  session.start_time = packed.start_time;
  session.ttl = packed.ttl;
  session.revision = packed.revision;
  session.end_time = packed.end_time;
  if (packed.mark == SessionMark::kEnded) {
    session.reason = packed.end_reason;
    session.license = packed.end_license;
  }
  return row;
}

// The packed sessions of an application, newest first, wherever they are.
class PackedBackwards {
 public:
  // `recent` outlives it.
  PackedBackwards(Database& database, ApplicationNo application, const RecentReader& recent)
      : recent_(recent.sessions()), runs_(database, application), run_(runs_.Next()) {}

  // The newest that is left; null where none is.
  const PackedSession* newest() const {
    if (recent_.empty()) return run_;
    // Of one that stands in both the run counts.
    return run_ == nullptr || recent_.front().id > run_->id ? &recent_.front() : run_;
  }
  // Goes behind `session`, however often it stands.
  void GoBehind(SessionId session) {
    while (!recent_.empty() && recent_.front().id >= session) recent_.remove_prefix(1);
    while (run_ != nullptr && run_->id >= session) run_ = runs_.Next();
  }
  const absl::Status& status() const { return runs_.status(); }

 private:
  absl::Span<const PackedSession> recent_;
  RunsBackwards runs_;
  const PackedSession* run_;
};

absl::Status ReadSessions(Database& database, absl::Time ended_since,
                          absl::Span<const int64_t> recent_rows, Application& application) {
  RecentReader recent;
  USHER_RETURN_IF_ERROR(recent.ReadAll(database, application.no, recent_rows));
  PackedBackwards packed(database, application.no, recent);
  SessionTaker taker(ended_since, application);
  const auto take_packed = [&](SessionId until) {
    for (const PackedSession* next = packed.newest(); next != nullptr && next->id > until;
         next = packed.newest()) {
      USHER_RETURN_IF_ERROR(taker.Take(ToRow(*next)));
      packed.GoBehind(next->id);
    }
    return packed.status();
  };
  Rows rows = database.Select(
      "SELECT session_id, email, channel, client_id, license_id, supersedes, start_time, ttl,"
      " revision, end_time, end_reason, end_license_id FROM session"
      " WHERE application_no = ? ORDER BY session_id DESC",
      application.no);
  while (rows.Next()) {
    SessionRow row;
    EndedSession& session = row.session;
    rows.Read(session.id, session.email, session.channel, session.client_id, row.start_license,
              row.supersedes, session.start_time, session.ttl, session.revision, session.end_time,
              session.reason, session.license);
    USHER_RETURN_IF_ERROR(take_packed(session.id));
    USHER_RETURN_IF_ERROR(taker.Take(std::move(row)));
  }
  USHER_RETURN_IF_ERROR(rows.status());
  return take_packed(SessionId());
}

// An agent's last session can end, and its license be renewed, without a write to its row.
void DropDeadlinesThatPassedBy(Application& application) {
  for (entitlement::Agent& agent : application.agents) {
    if (!agent.active() || !application.Find(agent.license)->expired) agent.drain_deadline.reset();
  }
}

absl::Status ReadSubscriptions(Database& database, Application& application) {
  Rows rows = database.Select(
      "SELECT subscription_id, product, edition, units, start_time, months, expire_time"
      " FROM subscription WHERE application_no = ? ORDER BY subscription_id",
      application.no);
  while (rows.Next()) {
    entitlement::Subscription subscription;
    rows.Read(subscription.id, subscription.product, subscription.edition, subscription.units,
              subscription.start_time, subscription.months, subscription.expire_time);
    application.subscriptions.emplace_hint(application.subscriptions.end(), subscription.id,
                                           std::move(subscription));
  }
  USHER_RETURN_IF_ERROR(rows.status());
  Rows add_ons = database.Select(
      "SELECT subscription_id, product, quantity, expire_time FROM add_on"
      " WHERE application_no = ? ORDER BY subscription_id, add_on_no",
      application.no);
  while (add_ons.Next()) {
    entitlement::SubscriptionId id;
    entitlement::AddOn add_on;
    add_ons.Read(id, add_on.product, add_on.quantity, add_on.expire_time);
    const auto found = application.subscriptions.find(id);
    if (found == application.subscriptions.end()) {
      return Damaged(application.no, absl::StrCat("subscription ", id.value(), " is missing"));
    }
    found->second.add_ons.push_back(std::move(add_on));
  }
  return add_ons.status();
}

absl::Status ReadCounters(Database& database, Application& application) {
  Rows order = database.Select(
      "SELECT order_id FROM purchase WHERE application_no = ? ORDER BY order_id DESC LIMIT 1",
      application.no);
  if (order.Next()) order.Read(application.last_order_id);
  USHER_RETURN_IF_ERROR(order.status());
  Rows reset = database.Select(
      "SELECT month, used FROM reset WHERE application_no = ? ORDER BY revision DESC LIMIT 1",
      application.no);
  if (reset.Next()) reset.Read(application.resets.month, application.resets.used);
  USHER_RETURN_IF_ERROR(reset.status());
  Rows usage = database.Select(
      "SELECT month, month_end, kind, edition, peak_in_use, denials FROM usage"
      " WHERE application_no = ?1"
      " AND month = (SELECT MAX(month) FROM usage WHERE application_no = ?1)"
      " ORDER BY kind, edition",
      application.no);
  while (usage.Next()) {
    entitlement::LicenseKind kind{};
    entitlement::Edition edition{};
    entitlement::PoolUsage pool;
    usage.Read(application.usage.month, application.usage.month_end, kind, edition,
               pool.peak_in_use, pool.denials);
    if (!IsKnown(kind) || !IsKnown(edition)) {
      return Damaged(application.no, "a month's figures are of no kind or edition");
    }
    application.usage.pools[IndexOf(kind)][IndexOf(edition)] = pool;
  }
  return usage.status();
}

}  // namespace

absl::StatusOr<Application> ReadApplication(Database& database, ApplicationNo no,
                                            absl::Time ended_since,
                                            absl::Span<const int64_t> recent) {
  Application application;
  Rows rows = database.Select(
      "SELECT application_no, account_no, session_ceiling FROM application"
      " WHERE application_no = ?",
      no);
  const bool found = rows.Next();
  USHER_RETURN_IF_ERROR(rows.status());
  if (!found) {
    return absl::NotFoundError(absl::StrCat("there is no application number ", no.value()));
  }
  rows.Read(application.no, application.account, application.last_session_id);
  USHER_RETURN_IF_ERROR(ReadLicenses(database, application));
  USHER_RETURN_IF_ERROR(ReadAgents(database, application));
  USHER_RETURN_IF_ERROR(ReadPhones(database, application));
  USHER_RETURN_IF_ERROR(ReadSessions(database, ended_since, recent, application));
  DropDeadlinesThatPassedBy(application);
  USHER_RETURN_IF_ERROR(ReadSubscriptions(database, application));
  USHER_RETURN_IF_ERROR(ReadCounters(database, application));
  return application;
}

}  // namespace usher::storage
