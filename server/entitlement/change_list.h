// ChangeList: how a decision writes down its changes. Numbers events in the order in which they are
// added.
//
// A short-lived value within one decision; one thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/change.h"
#include "entitlement/context.h"
#include "entitlement/units.h"

namespace usher::entitlement {

class ChangeList {
 public:
  // Changes of the application in `units`, or of the account alone where there is none; in effect
  // at `event_time`.
  ChangeList(const Units& units, absl::Time event_time, const Context& context)
      : account_(units.account != nullptr ? units.account->no : AccountNo()),
        application_(units.application != nullptr ? units.application->no : ApplicationNo()),
        event_time_(event_time),
        next_revision_(context.next_revision) {}

  // Adds a change of the application; returns its revision, none where it is no event.
  Revision Add(ChangePayload payload) { return Append(application_, std::move(payload)); }

  // Adds a change of the account itself, or of an application that is only now created.
  Revision AddFor(AccountNo account, ApplicationNo application, ChangePayload payload) {
    account_ = account;
    return Append(application, std::move(payload));
  }

  // Adds a change of the server itself.
  Revision AddForServer(const Directory& directory, ChangePayload payload) {
    account_ = AccountNo();
    next_revision_ = directory.last_revision.next();
    return Append(ApplicationNo(), std::move(payload));
  }

  // Changes that are added from now on took effect at `event_time`.
  void SetEventTime(absl::Time event_time) { event_time_ = event_time; }

  // Makes room for as many changes, where a decision knows that they will be many.
  void Reserve(size_t count) { changes_.reserve(count); }

  bool empty() const { return changes_.empty(); }
  const std::vector<Change>& changes() const { return changes_; }
  std::vector<Change> Take() { return std::move(changes_); }

 private:
  Revision Append(ApplicationNo application, ChangePayload payload);

  AccountNo account_;
  ApplicationNo application_;
  absl::Time event_time_;
  Revision next_revision_;
  std::vector<Change> changes_;
};

}  // namespace usher::entitlement
