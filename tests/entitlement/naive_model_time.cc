// What time does in the naive model, and how it tells what it knows.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/entitlement/naive_model.h"

namespace usher::entitlement::testing {
namespace {

constexpr absl::Duration kDrainPeriod = absl::Minutes(5);
constexpr absl::Duration kGrace = absl::Hours(24 * 30);

std::string Instant(absl::Time time) { return absl::FormatTime(time, absl::UTCTimeZone()); }

std::string Text(std::string_view text) { return std::string(text); }

}  // namespace

void NaiveModel::SleepServerDown(absl::Duration by) {
  voice_.GoDown();
  PassTo(now_ + by, false);
  voice_.ComeUp(now_);
  for (auto& [id, app] : apps_) {
    for (LiveSession& session : app.sessions) session.lease_end = now_ + session.ttl;
    for (auto& [phone_id, phone] : app.phones) phone.lease_end = now_ + phone.ttl;
  }
}

absl::Time NaiveModel::NextInstant(bool leases_run) const {
  absl::Time next = std::min(month_end_, voice_.NextInstant(now_, leases_run));
  const auto consider = [&](absl::Time time) {
    if (time > now_) next = std::min(next, time);
  };
  for (const auto& [id, app] : apps_) {
    for (const Seat& seat : app.seats) {
      consider(seat.expire_time);
      if (!seat.holder.empty()) consider(seat.expire_time + kGrace);
    }
    for (const auto& [holder, deadline] : app.deadlines) consider(deadline);
    if (!leases_run) continue;
    for (const LiveSession& session : app.sessions) consider(session.lease_end);
    for (const auto& [phone_id, phone] : app.phones) consider(phone.lease_end);
  }
  return next;
}

void NaiveModel::PassTo(absl::Time until, bool leases_run) {
  while (NextInstant(leases_run) <= until) {
    now_ = NextInstant(leases_run);
    const bool month_ends = now_ == month_end_;
    if (month_ends) EndMonth();
    voice_.HappenNow(Calendar(), leases_run);
    for (auto& [id, app] : apps_) HappenNow(app, month_ends, leases_run);
  }
  now_ = until;
}

NaiveCalendar NaiveModel::Calendar() const {
  NaiveCalendar calendar{.now = now_,
                         .month = month_,
                         .month_start = month_start_,
                         .month_end = month_end_,
                         .zone = zone_,
                         .next_zone = zone_};
  if (next_zone_.has_value()) absl::LoadTimeZone(*next_zone_, &calendar.next_zone);
  return calendar;
}

// R2: the month that ends keeps its end; the next ends by the zone that is in force from here on.
void NaiveModel::EndMonth() {
  if (next_zone_.has_value()) {
    zone_name_ = *next_zone_;
    absl::LoadTimeZone(zone_name_, &zone_);
    next_zone_.reset();
  }
  ++month_;
  month_start_ = month_end_;
  month_end_ = absl::FromCivil(absl::CivilSecond(month_ + 1), zone_);
}

void NaiveModel::HappenNow(App& app, bool month_ends, bool leases_run) {
  // Expiries first: those whose seat is gone move or begin to drain.
  Settle(app);
  // Drain deadlines, and records that nobody can bring back any more.
  const auto cut_off = [&](LicenseKind kind, const std::string& holder) {
    if (kind == LicenseKind::kSip) {
      app.phones.erase(holder);
      return;
    }
    std::erase_if(app.sessions, [&](const LiveSession& s) { return s.email == holder; });
    app.mobile.erase(holder);
  };
  for (const auto& [holder, deadline] : app.deadlines) {
    if (deadline <= now_) cut_off(holder.first, holder.second);
  }
  for (Seat& seat : app.seats) {
    if (seat.holder.empty() || seat.expire_time + kGrace > now_) continue;
    cut_off(seat.kind, seat.holder);
    seat.holder.clear();
  }
  Settle(app);
  if (month_ends) {
    app.resets_used = 0;
    app.figures.clear();
  }
  NotePeaks(app);
  if (!leases_run) return;
  std::erase_if(app.sessions, [&](const LiveSession& s) { return s.lease_end <= now_; });
  std::erase_if(app.phones, [&](const auto& phone) { return phone.second.lease_end <= now_; });
  Settle(app);
  NotePeaks(app);
}

void NaiveModel::Settle(App& app) {
  for (Seat& seat : app.seats) {
    if (seat.kind == LicenseKind::kSip && !app.phones.contains(seat.holder)) seat.holder.clear();
  }
  // Of each pool in the order of ids, which is that of the list.
  for (Seat& seat : app.seats) {
    if (seat.holder.empty() || !Expired(seat) || !Active(app, seat.kind, seat.holder)) continue;
    if (Seat* idle = BestIdle(app, seat.kind, seat.edition)) {
      std::swap(idle->holder, seat.holder);
    } else {
      app.deadlines.try_emplace({seat.kind, seat.holder}, now_ + kDrainPeriod);
    }
  }
  std::erase_if(app.deadlines, [&](const auto& deadline) {
    const auto& [kind, holder] = deadline.first;
    const Seat* seat = SeatOf(app, kind, holder);
    return seat == nullptr || !Expired(*seat) || !Active(app, kind, holder);
  });
}

void NaiveModel::NotePeaks(App& app) {
  for (const LicenseKind kind : kLicenseKinds) {
    for (const Edition edition : kEditions) {
      int64_t& peak = app.figures[{kind, edition}].peak;
      peak = std::max(peak, InUse(app, kind, edition));
    }
  }
}

int64_t NaiveModel::LastSubscription(const std::string& application) const {
  return static_cast<int64_t>(apps_.at(application).plans.size());
}

int64_t NaiveModel::LastSession(const std::string& application) const {
  return apps_.at(application).last_session;
}

// ---- Words -------------------------------------------------------------------------------------

std::string NaiveModel::Describe(const std::string& application) const {
  const App& app = apps_.at(application);
  std::string text;
  for (const Seat& seat : app.seats) {
    text +=
        TellSeat(seat.id, seat.kind, seat.edition, seat.expire_time, Expired(seat), seat.holder);
  }
  for (const LiveSession& session : app.sessions) {
    text +=
        TellSession(session.id, session.email, session.channel, session.client, session.lease_end);
  }
  for (const auto& [id, phone] : app.phones) text += TellPhone(id, phone.lease_end);
  for (const auto& [holder, deadline] : app.deadlines)
    text += TellDeadline(holder.second, deadline);
  for (const auto& [email, mode] : app.mobile) text += TellMobile(email, mode);
  for (const LicenseKind kind : kLicenseKinds) {
    for (const Edition edition : kEditions) {
      int64_t total = 0;
      int64_t held = 0;
      for (const Seat& seat : app.seats) {
        if (seat.kind != kind || seat.edition != edition || Expired(seat)) continue;
        ++total;
        if (!seat.holder.empty()) ++held;
      }
      const auto known = app.figures.find({kind, edition});
      const Figures figures = known != app.figures.end() ? known->second : Figures();
      text += TellPool(kind, edition, total, held, InUse(app, kind, edition), figures.peak,
                       figures.denials);
    }
  }
  for (size_t i = 0; i < app.plans.size(); ++i) {
    text += TellPlan(static_cast<int64_t>(i) + 1, app.plans[i].units, app.plans[i].expire_time);
  }
  return text + TellRest(app.deleted, app.resets_used);
}

std::string TellSeat(int64_t id, LicenseKind kind, Edition edition, absl::Time expire_time,
                     bool expired, const std::string& holder) {
  return absl::StrCat("license ", id, " ", Text(ToString(kind)), " ", Text(ToString(edition)),
                      " until ", Instant(expire_time), expired ? " EXPIRED " : " ", holder, "\n");
}

std::string TellSession(int64_t id, const std::string& email, Channel channel,
                        const std::string& client, absl::Time lease_end) {
  return absl::StrCat("session ", id, " ", email, " ", Text(ToString(channel)), " ", client,
                      " lease until ", Instant(lease_end), "\n");
}

std::string TellPhone(const std::string& id, absl::Time lease_end) {
  return absl::StrCat("phone ", id, " lease until ", Instant(lease_end), "\n");
}

std::string TellDeadline(const std::string& holder, absl::Time deadline) {
  return absl::StrCat("drains ", holder, " until ", Instant(deadline), "\n");
}

std::string TellMobile(const std::string& email, MobileAnswering mode) {
  return absl::StrCat("mobile ", email, " ", static_cast<int>(mode), "\n");
}

std::string TellPool(LicenseKind kind, Edition edition, int64_t total, int64_t held, int64_t in_use,
                     int64_t peak, int64_t denials) {
  return absl::StrCat("pool ", Text(ToString(kind)), " ", Text(ToString(edition)), " total ", total,
                      " held ", held, " in use ", in_use, " peak ", peak, " denials ", denials,
                      "\n");
}

std::string TellPlan(int64_t id, int64_t units, absl::Time expire_time) {
  return absl::StrCat("subscription ", id, " units ", units, " until ", Instant(expire_time), "\n");
}

std::string TellRest(bool deleted, int resets_used) {
  return absl::StrCat(deleted ? "deleted, " : "", "resets used ", resets_used, "\n");
}

}  // namespace usher::entitlement::testing
