#include "engine/batch.h"

#include <iterator>
#include <utility>
#include <variant>

#include "absl/types/span.h"
#include "entitlement/context.h"

namespace usher::engine {

using entitlement::Change;
using entitlement::ChangeClass;

namespace {

// What the server's own list of events shows beside the changes without an account.
bool TellsOfAccount(const Change& change) {
  return std::holds_alternative<entitlement::AccountCreated>(change.payload) ||
         std::holds_alternative<entitlement::AccountUpdated>(change.payload) ||
         std::holds_alternative<entitlement::TimeZoneChanged>(change.payload);
}

}  // namespace

void Batch::Add(std::vector<Change> changes, const entitlement::Account* account,
                std::string_view actor, std::string_view request_id, absl::Time record_time) {
  if (changes.empty()) return;
  if (!changes.front().account) account = nullptr;
  entitlement::Revision first;
  entitlement::Revision last;
  bool of_server = account == nullptr;
  for (const Change& change : changes) {
    Note(change);
    if (!change.revision) continue;
    if (!first) first = change.revision;
    last = change.revision;
    of_server = of_server || TellsOfAccount(change);
  }
  if (first) {
    const entitlement::AccountNo no = account != nullptr ? account->no : entitlement::AccountNo();
    journal_.push_back({.account = no,
                        .first_revision = first,
                        .last_revision = last,
                        .record_time = record_time,
                        .payload = (*encode_journal_)({.account = account,
                                                       .actor = actor,
                                                       .request_id = request_id,
                                                       .record_time = record_time,
                                                       .command_revision = last,
                                                       .changes = changes}),
                        .of_server = of_server});
  }
  std::move(changes.begin(), changes.end(), std::back_inserter(all_changes_));
}

void Batch::AddDue(std::vector<Change> changes, const entitlement::Account* account,
                   absl::Time record_time) {
  auto begin = changes.begin();
  while (begin != changes.end()) {
    auto end = begin;
    while (end != changes.end() && end->event_time == begin->event_time) ++end;
    Add({std::make_move_iterator(begin), std::make_move_iterator(end)}, account,
        entitlement::kSystemActor, "", record_time);
    begin = end;
  }
}

const storage::Answer* Batch::FindAnswer(entitlement::AccountNo account,
                                         std::string_view request_id) const {
  for (const storage::Answer& answer : answers_) {
    if (answer.account == account && answer.request_id == request_id) return &answer;
  }
  return nullptr;
}

void Batch::Note(const Change& change) {
  if (AltersServer(change.payload)) {
    server_changed_ = true;
    return;
  }
  const UnitKey account{change.account, entitlement::ApplicationNo()};
  // Calls are the account's, whatever application they belong to.
  const UnitKey unit =
      AltersAccount(change.payload) ? account : UnitKey{change.account, change.application};
  const Noted noted{.unit = unit,
                    .durable = ClassOf(change.payload) != ChangeClass::kMemory,
                    .event = static_cast<bool>(change.revision)};
  // Mostly it is as the one before.
  if (noted == last_noted_) return;
  last_noted_ = noted;
  touched_.insert(unit);
  if (!noted.durable) return;
  changed_.insert(unit);
  // An event moves the account's last revision, too.
  if (noted.event) changed_.insert(account);
}

storage::CommitBatch Batch::ToCommit() const {
  storage::CommitBatch commit;
  commit.changes = all_changes_;
  commit.journal = journal_;
  commit.answers = answers_;
  commit.usages = usages_;
  commit.marks = marks_;
  return commit;
}

void Batch::Clear() {
  all_changes_.clear();
  journal_.clear();
  answers_.clear();
  usages_.clear();
  marks_.clear();
  pending_.clear();
  touched_.clear();
  changed_.clear();
  last_noted_.reset();
  server_changed_ = false;
  directory_before_.reset();
}

}  // namespace usher::engine
