// The part of the loop that has the store worked with: one thing at a time, on the writer's thread.
#include <utility>

#include "engine/loop.h"

namespace usher::engine {
namespace {

// Rows that are forgotten in one step, which logins wait for; and the pause until the next step
// where more are due: 20,000 a second, more than are written for long.
constexpr int kPrunedAtOnce = 500;
constexpr absl::Duration kPrunePause = absl::Milliseconds(25);

}  // namespace

void Loop::StartStoreWork(StoreWork kind, absl::AnyInvocable<absl::Status()> work) {
  store_work_ = kind;
  writer_->Post([inbox = inbox_, work = std::move(work)]() mutable {
    const int64_t begun = LoopCounters::SteadyMicros();
    absl::Status status = work();
    inbox->Push(StoreOutcome{.status = std::move(status),
                             .duration = absl::Microseconds(LoopCounters::SteadyMicros() - begun)});
  });
}

void Loop::FinishStoreWork(const StoreOutcome& outcome) {
  switch (std::exchange(store_work_, StoreWork::kNone)) {
    case StoreWork::kNone:
      break;
    case StoreWork::kCommit:
      FinishCommit(outcome);
      break;
    case StoreWork::kProbe:
      if (!outcome.status.ok() && !absl::IsUnavailable(outcome.status)) Die(outcome.status);
      NoteWrite(outcome.status.ok());
      break;
    case StoreWork::kPrune:
      FinishPrune(outcome.status);
      break;
  }
}

bool Loop::StartUpkeep() {
  // Once callers are kept away nobody else would find out that the store is back.
  if (StoreRefuses() && lease_now_ >= write_tried_ + kStoreProbePeriod) {
    StartStoreWork(StoreWork::kProbe, [store = store_] { return store->Probe(); });
    return true;
  }
  if (lease_now_ < prune_next_) return false;
  const storage::PruneBounds bounds{.answers_before = now_ - options_->policy.request_id_memory,
                                    .journal_before = now_ - options_->policy.journal_retention};
  StartStoreWork(StoreWork::kPrune, [store = store_, bounds, more = &more_to_prune_] {
    const absl::StatusOr<bool> left = store->Prune(bounds, kPrunedAtOnce);
    *more = left.ok() && *left;
    return left.status();
  });
  return true;
}

void Loop::FinishPrune(const absl::Status& status) {
  if (storage::IsDamage(status)) {
    if (options_->on_damaged_history) options_->on_damaged_history(status);
  } else if (!status.ok() && !absl::IsUnavailable(status)) {
    Die(status);
  }
  prune_next_ = lease_now_ + (more_to_prune_ ? kPrunePause : kHousekeepingPeriod);
}

// One refusal is a moment's trouble; refusals alone, for so long, are a state that callers should
// be kept away from.
bool Loop::StoreRefuses() const {
  return refused_since_.has_value() && lease_now_ >= *refused_since_ + kStoreRefusesAfter;
}

void Loop::NoteWrite(bool stored) {
  write_tried_ = lease_now_;
  if (stored) {
    refused_since_.reset();
  } else if (!refused_since_.has_value()) {
    refused_since_ = lease_now_;
  }
  const bool refuses = StoreRefuses();
  if (counters_->store_refuses.exchange(refuses, std::memory_order_relaxed) == refuses) return;
  if (options_->on_store_refuses) options_->on_store_refuses(refuses);
}

}  // namespace usher::engine
