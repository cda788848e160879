#include "engine/loop.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "entitlement/execute.h"

namespace usher::engine {
namespace {

using entitlement::Account;
using entitlement::AccountNo;
using entitlement::Application;
using entitlement::ApplicationNo;
using entitlement::Command;
using entitlement::LeaseTime;
using entitlement::Reply;

bool IsPreview(const Command& command) {
  return std::visit(
      [](const auto& payload) {
        if constexpr (requires { payload.validate_only; }) return payload.validate_only;
        return false;
      },
      command.payload);
}

// Whether the command may alter the server's own state.
bool MayAlterServer(const Command& command) {
  return std::holds_alternative<entitlement::CreateAccount>(command.payload) ||
         std::holds_alternative<entitlement::CreateApplication>(command.payload) ||
         std::holds_alternative<entitlement::CreateToken>(command.payload) ||
         std::holds_alternative<entitlement::RevokeToken>(command.payload);
}

bool ChangesMoreThanMemory(const std::vector<entitlement::Change>& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const entitlement::Change& change) {
    return ClassOf(change.payload) != entitlement::ChangeClass::kMemory;
  });
}

}  // namespace

Loop::Loop(const EngineOptions* options, storage::Store* store, Clock* clock, Inbox* inbox,
           Worker* reader, Worker* writer, LoopCounters* counters)
    : options_(options),
      store_(store),
      clock_(clock),
      inbox_(inbox),
      reader_(reader),
      writer_(writer),
      counters_(counters),
      working_set_(&options->policy),
      batch_(&options->encode_journal),
      committing_(&options->encode_journal) {}

absl::Status Loop::Prepare() {
  absl::StatusOr<entitlement::Directory> directory = store_->LoadDirectory();
  if (!directory.ok()) return directory.status();
  working_set_.directory() = *std::move(directory);
  PublishTokens();
  // The journal never goes back in time, whatever the wall clock did meanwhile.
  const absl::StatusOr<storage::JournalEnd> end = store_->LastJournalEntry();
  if (!end.ok()) return end.status();
  now_ = end->record_time;
  last_position_ = end->position;
  const absl::StatusOr<absl::Time> due = store_->NextDue();
  if (!due.ok()) return due.status();
  store_due_ = *due;
  absl::StatusOr<std::vector<storage::UnitRef>> leased = store_->ListUnitsWithLeases();
  if (!leased.ok()) return leased.status();
  for (const storage::UnitRef& ref : *leased) LoadSoon(KeyOf(ref));
  ReadClocks();
  usage_stored_ = house_kept_ = lease_now_;
  prune_next_ = lease_now_ + kHousekeepingPeriod;
  return absl::OkStatus();
}

void Loop::Run() {
  Intake intake;
  while (true) {
    Step(intake);
    if (Finished(intake)) break;
    inbox_->Wait(BatchIsFull() ? Attention::kStoreOnly : Attention::kAll, WaitTime(),
                 StoreExpected());
  }
  // Nobody works with the store any more, so this thread may.
  StoreUsage(/*now_at_once=*/true);
  CloseBatch();
  if (!batch_.writes()) return;
  const absl::Status status = store_->Commit(batch_.ToCommit());
  if (!status.ok() && !absl::IsUnavailable(status)) Die(status);
}

void Loop::Step(Intake& intake) {
  ReadClocks();
  reads_under_way_ -= inbox_->TakeAnswers(answers_);
  if (const std::optional<StoreOutcome> outcome = inbox_->TakeStoreOutcome()) {
    FinishStoreWork(*outcome);
    // What has gathered goes before what has come since: the store should not wait for that.
    if (!batch_.empty()) SendBatch();
  }
  Turn(intake);
  SendBatch();
  GiveAnswers();
}

void Loop::Turn(Intake& intake) {
  intake.commands.clear();
  if (BatchIsFull()) return;
  inbox_->Take(static_cast<size_t>(options_->batch_max) - batch_.pending().size(), intake);
  closes_ = intake.closed;
  for (LoadedUnit& loaded : intake.loaded) Accept(std::move(loaded));
  std::vector<PendingPtr> again = std::exchange(again_, {});
  std::move(waiting_for_dues_.begin(), waiting_for_dues_.end(), std::back_inserter(again));
  waiting_for_dues_.clear();
  for (PendingPtr& command : again) Handle(std::move(command));
  for (PendingPtr& command : intake.commands) Handle(std::move(command));
  FeedBackgroundLoads();
}

bool Loop::BatchIsFull() const {
  return batch_.pending().size() >= static_cast<size_t>(options_->batch_max);
}

bool Loop::Finished(const Intake& intake) const {
  return intake.closed && intake.commands.empty() && again_.empty() && batch_.empty() &&
         waiting_for_dues_.empty() && store_work_ == StoreWork::kNone && reads_under_way_ == 0 &&
         !working_set_.anything_parked();
}

// A wall clock that steps back stands still here until it has caught up.
void Loop::ReadClocks() {
  now_ = std::max(now_, clock_->Now());
  lease_now_ = clock_->LeaseNow();
}

entitlement::Context Loop::MakeContext(std::string_view actor) const {
  entitlement::Context context;
  context.now = now_;
  context.lease_now = lease_now_;
  context.actor = actor;
  context.policy = &options_->policy;
  context.catalog = &options_->catalog;
  return context;
}

void Loop::Accept(LoadedUnit loaded) {
  const UnitKey key = KeyOf(loaded.ref);
  background_loading_.erase(key);
  std::vector<PendingPtr> waiting = working_set_.Unpark(key);
  // What was loaded while a command created it is older than what is there; so is that it was not.
  const bool created_since = IsLoaded(key);
  if (created_since || (absl::IsNotFound(loaded.status) && !IsNamed(key))) {
    std::move(waiting.begin(), waiting.end(), std::back_inserter(again_));
    return;
  }
  if (loaded.status.ok()) {
    if (loaded.account != nullptr) working_set_.Add(std::move(loaded.account), lease_now_);
    if (loaded.application != nullptr) {
      working_set_.AddLoaded(std::move(loaded.application), lease_now_);
    }
    std::move(waiting.begin(), waiting.end(), std::back_inserter(again_));
    return;
  }
  AcceptFailure(key, loaded.status, std::move(waiting));
}

// Whether anything in memory says that there is such a unit. A unit whose creation the store
// refused is named no more, but may be on its way to be loaded (DropWhatWasChanged).
bool Loop::IsNamed(const UnitKey& unit) {
  const auto& [account_no, application_no] = unit;
  if (application_no) {
    const Account* account = working_set_.Find(account_no);
    return account != nullptr && account->Find(application_no) != nullptr;
  }
  const auto& accounts = working_set_.directory().accounts;
  return std::any_of(accounts.begin(), accounts.end(),
                     [no = account_no](const auto& entry) { return entry.second == no; });
}

void Loop::AcceptFailure(const UnitKey& unit, const absl::Status& status,
                         std::vector<PendingPtr> waiting) {
  if (storage::IsUnitDamage(status)) {
    if (options_->on_damaged_unit) options_->on_damaged_unit(status);
    damaged_[unit] = lease_now_ + kDamagedUnitPause;
  } else if (absl::IsUnavailable(status)) {
    dues_resume_ = lease_now_ + kDuesPauseAfterFailure;
    // Whoever waits is refused; but it may have leases, which have to end all the same.
    LoadSoon(unit);
  } else {
    Die(status);
  }
  for (PendingPtr& command : waiting) RefuseForStore(std::move(command));
}

void Loop::RefuseForStore(PendingPtr command) {
  command->result = entitlement::Refusal(entitlement::StoreUnavailable());
  command->wrote = true;
  batch_.AddPending(std::move(command));
}

void Loop::Handle(PendingPtr command) {
  const Submission& submission = command->submission;
  if (WaitsForDues(submission.command)) return waiting_for_dues_.push_back(std::move(command));
  const Located located = Locate(submission.command);
  if (submission.identity.has_value() && !IsPreview(submission.command) &&
      located.units.account != nullptr) {
    std::optional<Result> remembered = Remembered(submission, located.units.account->no);
    if (remembered.has_value()) {
      command->result = *std::move(remembered);
      command->wrote = false;
      return batch_.AddPending(std::move(command));
    }
  }
  if (located.waits.has_value()) {
    if (IsDamaged(*located.waits)) return RefuseForStore(std::move(command));
    return Park(*located.waits, std::move(command));
  }
  Decide(std::move(command), located);
}

bool Loop::WaitsForDues(const Command& command) const {
  if (!std::holds_alternative<entitlement::ListEvents>(command.payload)) return false;
  if (!command.target.application.empty()) return false;
  // While the store refuses, time does not act.
  return now_ >= store_due_ && lease_now_ >= dues_resume_ && !closes_;
}

Loop::Located Loop::Locate(const Command& command) {
  Located located;
  entitlement::Directory& directory = working_set_.directory();
  located.units.directory = &directory;
  const auto* creation = std::get_if<entitlement::CreateAccount>(&command.payload);
  const auto it = directory.accounts.find(creation ? creation->id : command.target.account);
  if (it == directory.accounts.end()) return located;
  const AccountNo account_no = it->second;
  located.units.account = working_set_.Find(account_no);
  if (located.units.account == nullptr) {
    located.waits = UnitKey{account_no, ApplicationNo()};
    return located;
  }
  const entitlement::ApplicationEntry* entry =
      located.units.account->Find(command.target.application);
  if (entry == nullptr || !NeedsApplication(command)) return located;
  located.units.application = working_set_.Find(entry->no);
  if (located.units.application == nullptr) located.waits = UnitKey{account_no, entry->no};
  return located;
}

void Loop::Park(const UnitKey& unit, PendingPtr command) {
  if (working_set_.Park(unit, std::move(command))) Load(unit, /*background=*/false);
}

std::optional<Result> Loop::Remembered(const Submission& submission, AccountNo account) {
  const RequestIdentity& identity = *submission.identity;
  std::optional<storage::Answer> answer;
  if (const storage::Answer* in_batch = batch_.FindAnswer(account, identity.request_id)) {
    answer = *in_batch;
  } else if (const storage::Answer* before = committing_.FindAnswer(account, identity.request_id)) {
    answer = *before;
  } else {
    absl::StatusOr<std::optional<storage::Answer>> found =
        store_->FindAnswer(account, identity.request_id, now_ - options_->policy.request_id_memory);
    if (absl::IsUnavailable(found.status())) {
      return entitlement::Refusal(entitlement::StoreUnavailable());
    }
    if (!found.ok()) Die(found.status());
    answer = *std::move(found);
  }
  if (!answer.has_value()) return std::nullopt;
  if (answer->fingerprint != identity.fingerprint) {
    // R31: fields come first.
    if (std::optional<entitlement::Refusal> fault =
            CheckFields(submission.command, MakeContext(submission.actor))) {
      return *std::move(fault);
    }
    return entitlement::Refusal(entitlement::RequestIdReused{identity.request_id});
  }
  return Reply(entitlement::RememberedReply{std::move(answer->bytes)});
}

void Loop::Decide(PendingPtr pending, const Located& located) {
  const Submission& submission = pending->submission;
  entitlement::MutableUnits units = located.units;
  const entitlement::Context context = MakeContext(submission.actor);
  std::unique_ptr<Account> new_account;
  std::unique_ptr<Application> new_application;
  if (MayAlterServer(submission.command)) batch_.KeepDirectory(working_set_.directory());
  if (std::holds_alternative<entitlement::CreateAccount>(submission.command.payload)) {
    if (units.account == nullptr) {
      new_account = std::make_unique<Account>();
      units.account = new_account.get();
    }
  } else if (std::holds_alternative<entitlement::CreateApplication>(submission.command.payload)) {
    new_application = std::make_unique<Application>();
    units.application = new_application.get();
  }

  std::vector<entitlement::Change> due;
  CatchUp(units, context, due);
  if (!due.empty()) batch_.AddDue(std::move(due), units.account, now_);

  entitlement::Outcome outcome = Execute(units, submission.command, context);
  pending->wrote = ChangesMoreThanMemory(outcome.changes);
  const AccountNo account_no = units.account != nullptr ? units.account->no : AccountNo();
  if (!outcome.changes.empty()) {
    const std::string_view request_id =
        submission.identity.has_value() ? submission.identity->request_id : std::string_view();
    batch_.Add(std::move(outcome.changes), units.account, submission.actor, request_id, now_);
  }
  if (account_no) {
    working_set_.Touch(
        {account_no, units.application != nullptr ? units.application->no : ApplicationNo()},
        lease_now_);
  }
  if (new_account != nullptr && new_account->no)
    working_set_.Add(std::move(new_account), lease_now_);
  if (new_application != nullptr && new_application->no) {
    working_set_.AddCreated(std::move(new_application), lease_now_);
  }
  pending->result = std::move(outcome.result);
  RememberAnswer(submission, pending->result, account_no);
  batch_.AddPending(std::move(pending));
}

// Before anybody learns that a token was made or revoked, it is in force for the next call.
void Loop::PublishTokens() {
  if (options_->publish_tokens) options_->publish_tokens(working_set_.directory().tokens);
}

void Loop::PublishEvents() {
  std::vector<storage::JournalEntry>& entries = committing_.journal();
  if (entries.empty()) return;
  const int64_t first_position = last_position_ + 1;
  last_position_ += static_cast<int64_t>(entries.size());
  if (options_->publish_events) options_->publish_events(entries, first_position);
}

void Loop::RememberAnswer(const Submission& submission, const Result& result, AccountNo account) {
  if (!submission.identity.has_value() || IsPreview(submission.command)) return;
  const Reply* reply = std::get_if<Reply>(&result);
  if (reply == nullptr) return;
  batch_.Remember({.account = account,
                   .request_id = submission.identity->request_id,
                   .fingerprint = submission.identity->fingerprint,
                   .record_time = now_,
                   .bytes = submission.identity->encode(*reply)});
}

}  // namespace usher::engine
