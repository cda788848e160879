// Short words for the tests of Voice AI: what is bought, and calls of acme's applications.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/entitlement/agents.h"
#include "tests/entitlement/buying.h"
#include "tests/support/world.h"

namespace usher::entitlement::testing {

inline constexpr char kVoicePackage[] = "voice-agent-package";
inline constexpr char kVoiceConcurrency[] = "voice-concurrency";
inline constexpr char kVoiceMinutes[] = "voice-minutes";

inline Target Sales() { return Elsewhere("acme", "sales"); }
inline Target Acme() { return {.account = AccountId("acme"), .application = {}}; }

inline void AddSales(World& world) {
  world.Ask<ApplicationReply>(CreateApplication{ApplicationId("sales"), "Sales"}, Acme());
}

inline OrderReply BuyFor(World& world, Target target, std::vector<OrderItem> items,
                         int months = 1) {
  return world.Ask<OrderReply>(CreateOrder{.items = std::move(items), .months = months},
                               std::move(target));
}

inline StartCall StartOf(const std::string& id, absl::Duration ttl = absl::ZeroDuration()) {
  return {.id = CallId(id), .direction = CallDirection::kOutbound, .ttl = ttl};
}

inline CallView Ring(World& world, const std::string& id, absl::Duration ttl = absl::ZeroDuration(),
                     Target target = World::Support()) {
  return world.Ask<CallReply>(StartOf(id, ttl), std::move(target)).call;
}

inline CallView Connect(World& world, const std::string& id,
                        std::optional<absl::Time> time = std::nullopt,
                        Target target = World::Support()) {
  return world
      .Ask<CallReply>(ConnectCall{.id = CallId(id), .connect_time = time}, std::move(target))
      .call;
}

// Rings and is answered at once.
inline CallView Talk(World& world, const std::string& id, absl::Duration ttl = absl::ZeroDuration(),
                     Target target = World::Support()) {
  Ring(world, id, ttl, target);
  return Connect(world, id, std::nullopt, std::move(target));
}

inline std::vector<CallExtensionView> Extend(World& world, const std::vector<std::string>& ids,
                                             Target target = World::Support()) {
  ExtendCalls command;
  for (const std::string& id : ids) command.ids.emplace_back(id);
  return world.Ask<ExtendCallsReply>(std::move(command), std::move(target)).extensions;
}

inline CallExtensionView ExtendOne(World& world, const std::string& id,
                                   Target target = World::Support()) {
  return Extend(world, {id}, std::move(target)).at(0);
}

inline CallView HangUp(World& world, const std::string& id,
                       std::optional<absl::Duration> connected = std::nullopt,
                       Target target = World::Support()) {
  return world
      .Ask<CallReply>(EndCall{.id = CallId(id), .connected_duration = connected}, std::move(target))
      .call;
}

inline CallView CallNow(World& world, const std::string& id, Target target = World::Support()) {
  return world.Ask<CallReply>(GetCall{CallId(id)}, std::move(target)).call;
}

// Time passes while the calls are extended every half minute.
inline void TalkFor(World& world, const std::vector<std::string>& ids, absl::Duration duration,
                    Target target = World::Support()) {
  const absl::Time until = world.now() + duration;
  while (world.now() < until) {
    world.Advance(std::min(absl::Seconds(30), until - world.now()));
    Extend(world, ids, target);
  }
}

inline VoiceBalanceReply Balance(World& world) {
  return world.Ask<VoiceBalanceReply>(GetVoiceBalance{}, Acme());
}

inline int64_t Remaining(World& world) { return Balance(world).remaining_minutes; }

// Uses minutes up by one call, until so many are left.
inline void DrainTo(World& world, int64_t left) {
  Ring(world, "drain");
  // What it has reserved itself is among them.
  HangUp(world, "drain", absl::Minutes(Remaining(world) + 1 - left));
  EXPECT_EQ(Remaining(world), left);
}

inline const MinuteGrant& Grant(World& world, int64_t id) {
  return *world.account().voice.Find(GrantId(id));
}

// Acme with a voice package for support: 8000 minutes and 3 slots, to the end of November.
inline World& WithVoice(World& world, int months = 1, const std::string& zone = "UTC") {
  world.WithApplication(zone);
  BuyFor(world, World::Support(), {Item(kVoicePackage, 1)}, months);
  return world;
}

}  // namespace usher::entitlement::testing
