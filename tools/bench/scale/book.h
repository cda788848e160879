// Book: what is known of the agents of a database, to compare answers with.
//
// An agent has the number application * agents_per_application + agent, those of the applications
// at work first. Threading: any, as long as two threads don't have the same agent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/bench/scale/shape.h"
#include "usher/v1/agent_service.pb.h"

namespace usher::bench {

class Book {
 public:
  explicit Book(const Shape& shape);

  const Shape& shape() const { return shape_; }
  // Agents in all; those at work are the first.
  size_t size() const { return pages_.size(); }

  std::string application(size_t agent) const;
  std::string email(size_t agent) const;

  // Writes an acknowledged login down. An error where the answer is not what a login of this agent
  // must get: its own license, and a session that is newer than the last.
  absl::Status NoteLogin(size_t agent, bool first, const ::usher::v1::StartSessionResponse& answer);

  // Of the login that was acknowledged last; 0 where none was.
  int64_t last_session(size_t agent) const { return pages_[agent].last_session; }

 private:
  struct Page {
    int64_t last_session = 0;
    // 0 until the first login of this process tells it.
    int64_t license = 0;
  };

  const Shape shape_;
  std::vector<Page> pages_;
};

}  // namespace usher::bench
