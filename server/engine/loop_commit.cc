// The end of a batch: it is sent to be committed, taken back where the store refuses it, and
// answered.
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

#include "engine/loop.h"

namespace usher::engine {
namespace {

using entitlement::Reply;

const entitlement::HistoryQuery* HistoryQueryOf(const Result& result) {
  const Reply* reply = std::get_if<Reply>(&result);
  return reply != nullptr ? std::get_if<entitlement::HistoryQuery>(reply) : nullptr;
}

}  // namespace

void Loop::CloseBatch() {
  for (const UnitKey& unit : batch_.touched()) working_set_.Reschedule(unit, batch_.marks());
}

void Loop::SendBatch() {
  if (store_work_ != StoreWork::kNone || StartUpkeep()) return;
  counters_->last_turn_micros.store(lease_now_.micros, std::memory_order_relaxed);
  FindOverdueUnits();
  FireDue();
  StoreUsage(/*now_at_once=*/false);
  KeepHouse();
  FeedBackgroundLoads();
  CloseBatch();
  if (!batch_.writes()) return Release(batch_);
  std::swap(batch_, committing_);
  StartStoreWork(StoreWork::kCommit, [store = store_, commit = committing_.ToCommit()] {
    return store->Commit(commit);
  });
}

void Loop::FinishCommit(const StoreOutcome& outcome) {
  const absl::Status& status = outcome.status;
  commit_time_ = outcome.duration;
  if (options_->on_commit) {
    options_->on_commit({.commands = static_cast<int64_t>(committing_.pending().size()),
                         .duration = outcome.duration,
                         .stored = status.ok()});
  }
  if (!status.ok() && !absl::IsUnavailable(status)) Die(status);
  NoteWrite(status.ok());
  if (status.ok()) {
    counters_->commits.fetch_add(1, std::memory_order_relaxed);
    if (committing_.server_changed()) PublishTokens();
    PublishEvents();
    working_set_.MarksStored(committing_.marks());
    working_set_.UsageStored(committing_.usages());
    for (const storage::UnitMark& mark : committing_.marks()) {
      store_due_ = std::min(store_due_, mark.next_due);
    }
  } else {
    Recover();
  }
  Release(committing_);
}

void Loop::Release(Batch& batch) {
  // First: who has an answer finds it in the figures.
  counters_->state.Write(working_set_.figures());
  if (!batch.pending().empty()) counters_->batches.fetch_add(1, std::memory_order_relaxed);
  for (PendingPtr& pending : batch.pending()) {
    if (HistoryQueryOf(pending->result) != nullptr) {
      ReadHistory(std::move(pending));
    } else {
      answers_.push_back(std::move(pending));
    }
  }
  batch.Clear();
}

// Nothing of the batch was stored, and what was decided on top of it means nothing. What they
// altered in memory is dropped, to be loaded again as it is stored; who asked for a change is
// refused; everyone else is decided again on the truth, those of the second batch always, as
// nothing of it was tried.
void Loop::Recover() {
  counters_->commit_failures.fetch_add(1, std::memory_order_relaxed);
  DropWhatWasChanged();
  dues_resume_ = lease_now_ + kDuesPauseAfterFailure;
  std::vector<PendingPtr> kept;
  for (PendingPtr& pending : committing_.pending()) {
    if (pending->wrote || pending->decided_again) {
      pending->result = entitlement::Refusal(entitlement::StoreUnavailable());
      kept.push_back(std::move(pending));
    } else {
      pending->decided_again = true;
      again_.push_back(std::move(pending));
    }
  }
  committing_.pending() = std::move(kept);
  std::move(batch_.pending().begin(), batch_.pending().end(), std::back_inserter(again_));
  batch_.Clear();
}

void Loop::DropWhatWasChanged() {
  absl::btree_set<UnitKey> changed = committing_.changed();
  changed.insert(batch_.changed().begin(), batch_.changed().end());
  for (const UnitKey& unit : changed) {
    // Leases end also where no command ever names the unit again.
    if (working_set_.DropChanged(unit)) LoadSoon(unit);
  }
  const entitlement::Directory* before = committing_.directory_before();
  if (before == nullptr) before = batch_.directory_before();
  if (before != nullptr) {
    working_set_.directory() = *before;
    // The commit before may have published what is taken back here.
    PublishTokens();
  }
  working_set_.UsageNotStored(committing_.usages());
  working_set_.UsageNotStored(batch_.usages());
}

void Loop::GiveAnswers() {
  if (answers_.empty()) return;
  // First: who has an answer may count on the place being free.
  const auto count = static_cast<int64_t>(answers_.size());
  counters_->commands.fetch_add(count, std::memory_order_relaxed);
  counters_->in_flight.fetch_sub(count, std::memory_order_relaxed);
  for (PendingPtr& answer : answers_) answer->submission.done(std::move(answer->result));
  answers_.clear();
}

void Loop::ReadHistory(PendingPtr pending) {
  ++reads_under_way_;
  reader_->Post([this, pending = std::move(pending)]() mutable {
    absl::StatusOr<entitlement::HistoryPage> page =
        store_->ReadHistory(*HistoryQueryOf(pending->result));
    if (page.ok()) {
      pending->result = Reply(*std::move(page));
    } else {
      if (!absl::IsUnavailable(page.status()) && options_->on_damaged_history) {
        options_->on_damaged_history(page.status());
      }
      pending->result = entitlement::Refusal(entitlement::StoreUnavailable());
    }
    inbox_->PushAnswer(std::move(pending));
  });
}

void Loop::Die(const absl::Status& status) {
  if (options_->on_fatal) options_->on_fatal(status);
  std::abort();
}

}  // namespace usher::engine
