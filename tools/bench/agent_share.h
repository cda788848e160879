// AgentShare: the agents that one of several operations has for itself, so that no agent waits for
// himself: every n-th from its own first one on. A value; one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "tools/bench/operation.h"

namespace usher::bench {

class AgentShare {
 public:
  // Of `agents` in all; `first` is less than both `stride` and `agents`.
  AgentShare(size_t first, size_t stride, size_t agents)
      : first_(first), stride_(stride), agents_(agents), next_(first) {}

  // Nothing after the last one.
  std::optional<size_t> Next() {
    if (next_ >= agents_) return std::nullopt;
    const size_t agent = next_;
    next_ += stride_;
    return agent;
  }

  // Begins again after the last one.
  size_t NextInCircle() {
    if (next_ >= agents_) next_ = first_;
    return *Next();
  }

 private:
  size_t first_;
  size_t stride_;
  size_t agents_;
  size_t next_;
};

// One operation for each call in flight, but at most one for each agent: `make` gets the
// operation's number and its share, and returns a pointer to it.
template <typename Make>
std::vector<std::unique_ptr<Operation>> ShareAgents(int in_flight, size_t agents,
                                                    const Make& make) {
  const size_t count = std::min(static_cast<size_t>(in_flight), agents);
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < count; ++i) operations.push_back(make(i, AgentShare(i, count, agents)));
  return operations;
}

}  // namespace usher::bench
