// A session packed beside others into one row (packed.h): how sessions are stored, those that live
// and those that ended a while ago (session_runs.h, recent_sessions.h).
//
// One that another one superseded has no end of its own: the other one tells it (`supersedes`), so
// that a takeover alters nothing that is stored. Values of one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "entitlement/change.h"
#include "entitlement/ids.h"
#include "entitlement/types.h"
#include "storage/sqlite/packed.h"

namespace usher::storage {

// Sessions in one row: with names of the usual length, what fits a page of the database.
inline constexpr int kSessionsPerRow = 32;

// The first byte of a packed session.
enum class SessionMark : char {
  // It has been deleted, and what follows means nothing.
  kGone = 0,
  // It has not ended, or was superseded.
  kStarted = 1,
  // The end follows.
  kEnded = 2,
};

struct PackedSession {
  SessionMark mark = SessionMark::kStarted;
  entitlement::ApplicationNo application;
  entitlement::SessionId id;
  // Texts are valid as long as the row's bytes.
  std::string_view email;
  entitlement::Channel channel{};
  std::string_view client_id;
  entitlement::LicenseId license;
  // The one that ended, superseded, when it started; none where none did.
  entitlement::SessionId supersedes;
  absl::Time start_time;
  absl::Duration ttl;
  entitlement::Revision revision;

  // With kEnded; the license is the agent's then.
  absl::Time end_time = absl::InfiniteFuture();
  entitlement::EndReason end_reason{};
  entitlement::LicenseId end_license;
};

// As a session starts. Its texts are the change's.
PackedSession ToPacked(const entitlement::Change& change,
                       const entitlement::SessionStarted& started,
                       entitlement::SessionId superseded);

// Adds a session to a row.
void Pack(const PackedSession& session, std::string& packed);

// Goes through the sessions of a row.
class PackedSessions {
 public:
  // `packed` outlives it.
  explicit PackedSessions(std::string_view packed) : size_(packed.size()), unpacker_(packed) {}

  // Goes to the next one that has not gone; false behind the last one, and where the row makes no
  // sense.
  bool Next();
  // Whether the row made sense so far.
  bool ok() const { return ok_; }
  const PackedSession& session() const { return session_; }
  // Where its bytes begin and end in the row.
  size_t begin() const { return begin_; }
  size_t end() const { return size_ - unpacker_.left().size(); }

 private:
  bool Read();

  const size_t size_;
  Unpacker unpacker_;
  bool ok_ = true;
  PackedSession session_;
  size_t begin_ = 0;
};

}  // namespace usher::storage
