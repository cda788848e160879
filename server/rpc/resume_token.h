// Resume tokens: how far a watcher of one list of events has got, in one database.
//
// As page tokens they keep no secret and grant nothing. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usher::rpc {

class ResumeTokens {
 public:
  // Of the list of that parent, in the database of that id.
  ResumeTokens(std::string_view database_id, std::string_view parent);

  // Everything up to the journal's position has been told.
  std::string Make(int64_t position) const;

  // The position in a token that was made for this list; nullopt where it was made for another one
  // or by nobody. One of another database has the position kOtherDatabase.
  std::optional<int64_t> Read(std::string_view token) const;

  // Behind every entry of any journal.
  static constexpr int64_t kOtherDatabase = INT64_MAX;

 private:
  const std::string list_;
  const std::string database_;
};

}  // namespace usher::rpc
