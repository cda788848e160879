#include "tests/entitlement/naive_model.h"

#include <algorithm>
#include <type_traits>

namespace usher::entitlement::testing {
namespace {

absl::Duration Clamped(absl::Duration ttl, absl::Duration most) {
  if (ttl == absl::ZeroDuration()) return absl::Seconds(60);
  return std::clamp(ttl, absl::Seconds(10), most);
}

absl::Duration SessionTtl(absl::Duration ttl) { return Clamped(ttl, absl::Hours(1)); }
absl::Duration PhoneTtl(absl::Duration ttl) { return Clamped(ttl, absl::Hours(24)); }

template <typename C, typename... Others>
constexpr bool kIsOneOf = (std::is_same_v<C, Others> || ...);

// Those that a deleted application refuses before anything else; a renewal looks for its
// subscription first.
template <typename C>
constexpr bool kNeedsLiving = kIsOneOf<C, StartSession, SetMobileAnswering, RegisterPhone,
                                       ResetLicenses, CreateOrder, StartCall>;

}  // namespace

NaiveModel::NaiveModel(absl::Time now, const std::vector<std::string>& applications,
                       int resets_per_month)
    : resets_per_month_(resets_per_month), now_(now), month_(absl::ToCivilMonth(now, zone_)) {
  month_start_ = absl::FromCivil(absl::CivilSecond(month_), zone_);
  month_end_ = absl::FromCivil(absl::CivilSecond(month_ + 1), zone_);
  for (const std::string& id : applications) {
    App& app = apps_[id];
    for (int64_t seat = 1; seat <= 3; ++seat) {
      app.seats.push_back({.id = seat, .expire_time = now + absl::Hours(24 * 14)});
    }
  }
}

std::string NaiveModel::Run(const std::string& application, const CommandPayload& command) {
  App& app = apps_.at(application);
  running_ = application;
  const std::string result = std::visit(
      [this, &app](const auto& payload) -> std::string {
        if constexpr (requires { On(app, payload); }) {
          if (kNeedsLiving<std::remove_cvref_t<decltype(payload)>> && app.deleted) {
            return "APPLICATION_DELETED";
          }
          return On(app, payload);
        } else if constexpr (requires { voice_.On(running_, payload, Calendar()); }) {
          if (kNeedsLiving<std::remove_cvref_t<decltype(payload)>> && app.deleted) {
            return "APPLICATION_DELETED";
          }
          return voice_.On(running_, payload, Calendar());
        } else {
          return "OK";
        }
      },
      command);
  Settle(app);
  NotePeaks(app);
  return result;
}

// ---- Seats -------------------------------------------------------------------------------------

bool NaiveModel::Active(const App& app, LicenseKind kind, const std::string& holder) const {
  if (kind == LicenseKind::kSip) return app.phones.contains(holder);
  return app.mobile.contains(holder) ||
         std::any_of(app.sessions.begin(), app.sessions.end(),
                     [&](const LiveSession& session) { return session.email == holder; });
}

NaiveModel::Seat* NaiveModel::SeatOf(App& app, LicenseKind kind, const std::string& holder) const {
  for (Seat& seat : app.seats) {
    if (seat.kind == kind && seat.holder == holder) return &seat;
  }
  return nullptr;
}

NaiveModel::Seat* NaiveModel::BestIdle(App& app, LicenseKind kind,
                                       std::optional<Edition> edition) const {
  if (!edition.has_value()) {
    Seat* standard = BestIdle(app, kind, Edition::kStandard);
    return standard != nullptr ? standard : BestIdle(app, kind, Edition::kPremium);
  }
  Seat* best = nullptr;
  for (Seat& seat : app.seats) {
    if (seat.kind != kind || seat.edition != *edition || Expired(seat) || !seat.holder.empty()) {
      continue;
    }
    if (best == nullptr || seat.expire_time > best->expire_time) best = &seat;
  }
  return best;
}

NaiveModel::Seat* NaiveModel::Occupy(App& app, const std::string& email,
                                     std::optional<Edition> edition) {
  Seat* own = SeatOf(app, LicenseKind::kAgent, email);
  if (own != nullptr && !Expired(*own)) return own;
  Seat* idle = BestIdle(app, LicenseKind::kAgent, edition);
  if (idle == nullptr) return nullptr;
  if (own != nullptr) own->holder.clear();
  idle->holder = email;
  return idle;
}

std::string NaiveModel::WhyNot(App& app, const std::string& email) {
  return SeatOf(app, LicenseKind::kAgent, email) != nullptr ? "LICENSE_EXPIRED" : "NO_IDLE_LICENSE";
}

void NaiveModel::Deny(App& app, LicenseKind kind, std::optional<Edition> edition) {
  ++app.figures[{kind, edition.value_or(Edition::kStandard)}].denials;
}

int64_t NaiveModel::InUse(const App& app, LicenseKind kind, Edition edition) const {
  return std::count_if(app.seats.begin(), app.seats.end(), [&](const Seat& seat) {
    return seat.kind == kind && seat.edition == edition && !Expired(seat) && !seat.holder.empty() &&
           Active(app, kind, seat.holder);
  });
}

// ---- Agents ------------------------------------------------------------------------------------

std::string NaiveModel::On(App& app, const StartSession& command) {
  const std::string email(command.email.value());
  const absl::Duration ttl = SessionTtl(command.ttl);
  const auto live =
      std::find_if(app.sessions.begin(), app.sessions.end(), [&](const LiveSession& session) {
        return session.email == email && session.channel == command.channel;
      });
  const bool same = live != app.sessions.end() && live->client == command.client_id.value();
  if (Occupy(app, email, command.edition) == nullptr && !same) {
    Deny(app, LicenseKind::kAgent, command.edition);
    return WhyNot(app, email);
  }
  if (same) {
    live->ttl = ttl;
    live->lease_end = now_ + ttl;
    return "OK";
  }
  if (live != app.sessions.end()) app.sessions.erase(live);
  app.sessions.push_back({.id = ++app.last_session,
                          .email = email,
                          .channel = command.channel,
                          .client = std::string(command.client_id.value()),
                          .ttl = ttl,
                          .lease_end = now_ + ttl});
  return "OK";
}

std::string NaiveModel::On(App& app, const RenewSessions& command) {
  for (LiveSession& session : app.sessions) {
    for (const SessionId id : command.ids) {
      if (id.value() == session.id) session.lease_end = now_ + session.ttl;
    }
  }
  return "OK";
}

std::string NaiveModel::On(App& app, const EndSession& command) {
  if (command.id.value() < 1 || command.id.value() > app.last_session) return "RESOURCE_NOT_FOUND";
  std::erase_if(app.sessions, [&](const LiveSession& s) { return s.id == command.id.value(); });
  return "OK";
}

std::string NaiveModel::On(App& app, const ForceOffline& command) {
  const std::string email(command.email.value());
  std::erase_if(app.sessions, [&](const LiveSession& session) { return session.email == email; });
  if (command.mobile_answering_off) app.mobile.erase(email);
  return "OK";
}

std::string NaiveModel::On(App& app, const SetMobileAnswering& command) {
  const std::string email(command.email.value());
  if (command.mode == MobileAnswering::kOff) {
    app.mobile.erase(email);
    return "OK";
  }
  const auto set = app.mobile.find(email);
  const bool same = set != app.mobile.end() && set->second == command.mode;
  if (Occupy(app, email, command.edition) == nullptr && !same) {
    Deny(app, LicenseKind::kAgent, command.edition);
    return WhyNot(app, email);
  }
  app.mobile[email] = command.mode;
  return "OK";
}

std::string NaiveModel::On(App& app, const ResetLicenses& command) {
  std::vector<Seat*> released;
  for (Seat& seat : app.seats) {
    if (seat.kind != LicenseKind::kAgent || Expired(seat) || seat.holder.empty()) continue;
    if (!Active(app, LicenseKind::kAgent, seat.holder)) released.push_back(&seat);
  }
  if (command.validate_only) return "OK";
  if (app.resets_used >= resets_per_month_) return "RESET_LIMIT_REACHED";
  if (released.empty()) return "NOTHING_TO_RESET";
  for (Seat* seat : released) seat->holder.clear();
  ++app.resets_used;
  return "OK";
}

// ---- Phones ------------------------------------------------------------------------------------

std::string NaiveModel::On(App& app, const RegisterPhone& command) {
  const std::string& id = command.id.value();
  const absl::Duration ttl = PhoneTtl(command.ttl);
  Seat* own = SeatOf(app, LicenseKind::kSip, id);
  if (own == nullptr || Expired(*own)) {
    Seat* idle = BestIdle(app, LicenseKind::kSip, command.edition);
    if (idle == nullptr && own == nullptr) {
      Deny(app, LicenseKind::kSip, command.edition);
      return "SIP_POOL_EXHAUSTED";
    }
    if (idle != nullptr) {
      if (own != nullptr) own->holder.clear();
      idle->holder = id;
    }
  }
  app.phones[id] = {.ttl = ttl, .lease_end = now_ + ttl};
  return "OK";
}

std::string NaiveModel::On(App& app, const RenewPhones& command) {
  for (const PhoneId& id : command.ids) {
    const auto phone = app.phones.find(id.value());
    if (phone != app.phones.end()) phone->second.lease_end = now_ + phone->second.ttl;
  }
  return "OK";
}

std::string NaiveModel::On(App& app, const UnregisterPhone& command) {
  app.phones.erase(command.id.value());
  return "OK";
}

// ---- Applications and the account --------------------------------------------------------------

std::string NaiveModel::On(App& app, const DeleteApplication& /*command*/) {
  if (app.deleted) return "WRONG_STATE";
  app.deleted = true;
  app.sessions.clear();
  app.phones.clear();
  voice_.EndAll(running_, Calendar());
  return "OK";
}

std::string NaiveModel::On(App& app, const UndeleteApplication& /*command*/) {
  if (!app.deleted) return "WRONG_STATE";
  app.deleted = false;
  return "OK";
}

std::string NaiveModel::On(App& /*app*/, const UpdateAccount& command) {
  if (!command.zone_name.has_value()) return "OK";
  next_zone_.reset();
  if (*command.zone_name != zone_name_) next_zone_ = *command.zone_name;
  return "OK";
}

}  // namespace usher::entitlement::testing
