// Harness: an engine on a store and a clock that the test moves; restarts it on the same store.
//
// The store is in memory, which outlives the engine, or what the test opens, which is closed and
// opened anew with each restart.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/engine.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "storage/store.h"
#include "tests/support/fake_clock.h"

namespace usher::engine::testing {

// "actor request_id event_time index" for each event, ';' behind it: enough to tell entries apart
// without a wire format.
std::string EncodeForTest(const CommandEvents& events);

// Whether T is an alternative of the variant.
template <typename T, typename Variant>
inline constexpr bool kIsOneOf = false;
template <typename T, typename... Ts>
inline constexpr bool kIsOneOf<T, std::variant<Ts...>> = (std::is_same_v<T, Ts> || ...);

// "reply 11" or "refusal 3", by the alternative's position.
std::string Describe(const Result& result);

// Whether it comes true within ten seconds.
bool WaitFor(const std::function<bool()>& condition);

// What a store says that refuses for now.
absl::Status DiskFull();

class Harness {
 public:
  // Starts at 2026-11-02T09:00:00Z with account acme and application support, which has its trial.
  explicit Harness(EngineOptions options = {});
  // On the store that `open` opens. Creates the account and the application where it has none.
  using OpenStore = std::function<std::unique_ptr<storage::Store>()>;
  explicit Harness(OpenStore open, EngineOptions options = {});
  ~Harness();

  // Stops the engine, or lets it crash as far as a process can: nothing that is stored with a delay
  // is stored.
  void Restart();

  static entitlement::Target Support();

  // Submits without waiting.
  std::future<Result> Submit(entitlement::CommandPayload payload,
                             entitlement::Target target = Support(),
                             std::optional<RequestIdentity> identity = std::nullopt);
  // Submits and waits.
  Result Run(entitlement::CommandPayload payload, entitlement::Target target = Support(),
             std::optional<RequestIdentity> identity = std::nullopt);

  template <typename R>
  R Ask(entitlement::CommandPayload payload, entitlement::Target target = Support()) {
    return Get<R>(Run(std::move(payload), std::move(target)));
  }

  // The reply or refusal of type R in `result`, or a test failure.
  template <typename R>
  static R Get(const Result& result) {
    const R* found = nullptr;
    if constexpr (kIsOneOf<R, entitlement::Reply>) {
      const auto* reply = std::get_if<entitlement::Reply>(&result);
      if (reply != nullptr) found = std::get_if<R>(reply);
    } else {
      const auto* refusal = std::get_if<entitlement::Refusal>(&result);
      if (refusal != nullptr) found = std::get_if<R>(refusal);
    }
    if (found != nullptr) return *found;
    ADD_FAILURE() << "another result: " << Describe(result);
    return R{};
  }

  entitlement::StartSessionReply Login(const std::string& email,
                                       const std::string& client_id = "tab-1");
  static entitlement::StartSession LoginOf(const std::string& email,
                                           const std::string& client_id = "tab-1");

  // Waits, for ten seconds at most, until the journal has `count` entries by `system`.
  bool WaitForSystemEntries(size_t count);
  std::vector<std::string> SystemEntries() const;

  // The one in memory: only where the test opens none.
  storage::MemoryStore& store() { return memory_; }
  FakeClock& clock() { return clock_; }
  Engine& engine() { return *engine_; }
  absl::Time start() const { return start_; }

 private:
  void StartEngine();
  std::vector<storage::JournalRow> Journal() const;

  const absl::Time start_;
  EngineOptions options_;
  const OpenStore open_;
  storage::MemoryStore memory_;
  std::unique_ptr<storage::Store> opened_;
  FakeClock clock_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace usher::engine::testing
