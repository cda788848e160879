#include "engine/engine.h"

#include <pthread.h>

#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/inbox.h"
#include "engine/loop.h"
#include "engine/pending.h"
#include "engine/worker.h"

namespace usher::engine {

class Engine::Impl {
 public:
  Impl(EngineOptions options, storage::Store* store, Clock* clock)
      : options_(std::move(options)),
        clock_(clock),
        loop_(&options_, store, clock, &inbox_, &reader_, &writer_, &counters_) {}

  absl::Status Prepare() {
    if (prepared_) return absl::OkStatus();
    absl::Status status = loop_.Prepare();
    prepared_ = status.ok();
    return status;
  }

  absl::Status Start(Host* host) {
    if (absl::Status status = Prepare(); !status.ok()) return status;
    if (host != nullptr) inbox_.MoveTo(host);
    thread_ = std::thread([this] { loop_.Run(); });
    pthread_setname_np(thread_.native_handle(), "usher-engine");
    return absl::OkStatus();
  }

  void Submit(Submission&& submission) {
    if (counters_.in_flight.fetch_add(1, std::memory_order_relaxed) >= options_.in_flight_max) {
      counters_.in_flight.fetch_sub(1, std::memory_order_relaxed);
      submission.done(entitlement::Refusal(entitlement::Overloaded{options_.in_flight_max}));
      return;
    }
    auto command = std::make_unique<Pending>(std::move(submission));
    if (inbox_.Push(command)) return;
    counters_.in_flight.fetch_sub(1, std::memory_order_relaxed);
    command->submission.done(entitlement::Refusal(entitlement::ServerDraining()));
  }

  std::optional<entitlement::Overloaded> overload() const {
    if (counters_.in_flight.load(std::memory_order_relaxed) < options_.in_flight_max) {
      return std::nullopt;
    }
    return entitlement::Overloaded{options_.in_flight_max};
  }

  void Stop() {
    std::call_once(stopped_, [this] {
      inbox_.Close();
      if (thread_.joinable()) thread_.join();
      reader_.Stop();
      writer_.Stop();
    });
  }

  EngineStats stats() const {
    EngineStats stats;
    stats.batches = counters_.batches.load(std::memory_order_relaxed);
    stats.commits = counters_.commits.load(std::memory_order_relaxed);
    stats.commands = counters_.commands.load(std::memory_order_relaxed);
    stats.commit_failures = counters_.commit_failures.load(std::memory_order_relaxed);
    stats.in_flight = counters_.in_flight.load(std::memory_order_relaxed);
    stats.last_turn = {counters_.last_turn_micros.load(std::memory_order_relaxed)};
    stats.since_turn = clock_->LeaseNow() - stats.last_turn;
    stats.store_refuses = counters_.store_refuses.load(std::memory_order_relaxed);
    stats.state = counters_.state.Read();
    return stats;
  }

 private:
  const EngineOptions options_;
  Clock* const clock_;
  LoopCounters counters_;
  IdleHost idle_host_;
  Inbox inbox_{&idle_host_};
  Worker reader_{"usher-reader"};
  Worker writer_{"usher-commit"};
  Loop loop_;
  bool prepared_ = false;
  std::thread thread_;
  std::once_flag stopped_;
};

Engine::Engine(EngineOptions options, storage::Store* store, Clock* clock)
    : impl_(std::make_unique<Impl>(std::move(options), store, clock)) {}

Engine::~Engine() { impl_->Stop(); }

absl::Status Engine::Prepare() { return impl_->Prepare(); }
absl::Status Engine::Start(Host* host) { return impl_->Start(host); }
void Engine::Submit(Submission&& submission) { impl_->Submit(std::move(submission)); }
std::optional<entitlement::Overloaded> Engine::overload() const { return impl_->overload(); }
void Engine::Stop() { impl_->Stop(); }
EngineStats Engine::stats() const { return impl_->stats(); }

}  // namespace usher::engine
