// The end of a turn: the batch is committed, or taken back where the store refuses it, and
// answered.
#include <algorithm>
#include <cstdlib>
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

void Loop::CommitAndAnswer() {
  for (const UnitKey& unit : batch_.touched()) working_set_.Reschedule(unit, batch_.marks());
  if (batch_.writes()) {
    const absl::Status status = Commit();
    if (absl::IsUnavailable(status)) {
      Recover();
    } else if (!status.ok()) {
      Die(status);
    } else {
      counters_->commits.fetch_add(1, std::memory_order_relaxed);
      if (batch_.server_changed()) PublishTokens();
      PublishEvents();
      working_set_.MarksStored(batch_.marks());
      working_set_.UsageStored(batch_.usages());
      for (const storage::UnitMark& mark : batch_.marks()) {
        store_due_ = std::min(store_due_, mark.next_due);
      }
    }
  }
  // First: who has an answer finds it in the figures.
  counters_->state.Write(working_set_.figures());
  Answer();
  batch_.Clear();
  directory_before_.reset();
}

absl::Status Loop::Commit() {
  const int64_t begun = LoopCounters::SteadyMicros();
  absl::Status status = store_->Commit(batch_.ToCommit());
  if (options_->on_commit) {
    options_->on_commit({.commands = static_cast<int64_t>(batch_.pending().size()),
                         .duration = absl::Microseconds(LoopCounters::SteadyMicros() - begun),
                         .stored = status.ok()});
  }
  if (status.ok() || absl::IsUnavailable(status)) NoteWrite(status.ok());
  return status;
}

// One refusal is a moment's trouble; refusals alone, for so long, are a state that callers should
// be kept away from.
void Loop::NoteWrite(bool stored) {
  write_tried_ = lease_now_;
  if (stored) {
    refused_since_.reset();
  } else if (!refused_since_.has_value()) {
    refused_since_ = lease_now_;
  }
  const bool refuses =
      refused_since_.has_value() && lease_now_ >= *refused_since_ + kStoreRefusesAfter;
  if (counters_->store_refuses.exchange(refuses, std::memory_order_relaxed) == refuses) return;
  if (options_->on_store_refuses) options_->on_store_refuses(refuses);
}

// Once callers are kept away nobody else would find out that the store is back.
void Loop::ProbeStore() {
  if (!refused_since_.has_value() || lease_now_ < *refused_since_ + kStoreRefusesAfter) return;
  if (lease_now_ < write_tried_ + kStoreProbePeriod) return;
  const absl::Status status = store_->Probe();
  if (!status.ok() && !absl::IsUnavailable(status)) Die(status);
  NoteWrite(status.ok());
}

// Nothing of the batch was stored. What it altered in memory is dropped, to be loaded again as it
// is stored; who asked for a change is refused; everyone else is decided again on the truth, once.
void Loop::Recover() {
  counters_->commit_failures.fetch_add(1, std::memory_order_relaxed);
  for (const UnitKey& unit : batch_.changed()) {
    // Leases end also where no command ever names the unit again.
    if (working_set_.DropChanged(unit)) LoadSoon(unit);
  }
  if (directory_before_.has_value()) {
    working_set_.directory() = *std::exchange(directory_before_, std::nullopt);
  }
  working_set_.UsageNotStored(batch_.usages());
  dues_resume_ = lease_now_ + kDuesPauseAfterFailure;
  std::vector<Batch::Pending> kept;
  for (Batch::Pending& pending : batch_.pending()) {
    if (pending.wrote || pending.submission.decided_again) {
      pending.result = entitlement::Refusal(entitlement::StoreUnavailable());
      kept.push_back(std::move(pending));
    } else {
      pending.submission.decided_again = true;
      again_.push_back(std::move(pending.submission));
    }
  }
  batch_.pending() = std::move(kept);
}

void Loop::Answer() {
  if (batch_.pending().empty()) return;
  counters_->batches.fetch_add(1, std::memory_order_relaxed);
  std::vector<Batch::Pending> answers;
  answers.reserve(batch_.pending().size());
  for (Batch::Pending& pending : batch_.pending()) {
    if (HistoryQueryOf(pending.result) != nullptr) {
      ReadHistory(std::move(pending));
    } else {
      answers.push_back(std::move(pending));
    }
  }
  if (answers.empty()) return;
  run_answers_([counters = counters_, answers = std::move(answers)]() mutable {
    // First: who has an answer may count on the place being free.
    const auto count = static_cast<int64_t>(answers.size());
    counters->commands.fetch_add(count, std::memory_order_relaxed);
    counters->in_flight.fetch_sub(count, std::memory_order_relaxed);
    for (Batch::Pending& answer : answers) {
      answer.submission.done(std::move(answer.result));
    }
  });
}

void Loop::ReadHistory(Batch::Pending pending) {
  reader_->Post([this, pending = std::move(pending)]() mutable {
    absl::StatusOr<entitlement::HistoryPage> page =
        store_->ReadHistory(*HistoryQueryOf(pending.result));
    if (page.ok()) {
      pending.result = Reply(*std::move(page));
    } else if (absl::IsUnavailable(page.status())) {
      pending.result = entitlement::Refusal(entitlement::StoreUnavailable());
    } else {
      Die(page.status());
    }
    run_answers_([counters = counters_, pending = std::move(pending)]() mutable {
      counters->commands.fetch_add(1, std::memory_order_relaxed);
      counters->in_flight.fetch_sub(1, std::memory_order_relaxed);
      pending.submission.done(std::move(pending.result));
    });
  });
}

void Loop::Die(const absl::Status& status) {
  if (options_->on_fatal) options_->on_fatal(status);
  std::abort();
}

}  // namespace usher::engine
