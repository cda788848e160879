// Pending: a command on its way from Submit to its answer.
//
// It stays at its address: the inbox, a batch, a unit that is being loaded and whoever answers hand
// it on by its pointer. One owner at a time; his thread.
#pragma once

#include <memory>
#include <utility>

#include "engine/engine.h"

namespace usher::engine {

struct Pending {
  explicit Pending(Submission&& s) : submission(std::move(s)) {}

  Submission submission;
  // Once it is decided.
  Result result;
  // Whether the answer depends on something that its batch has to make durable on its behalf.
  bool wrote = false;
  // A refusal of the store made the engine decide it once more.
  bool decided_again = false;
};

using PendingPtr = std::unique_ptr<Pending>;

}  // namespace usher::engine
