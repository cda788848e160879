#include "storage/sqlite/packed_session.h"

namespace usher::storage {

PackedSession ToPacked(const entitlement::Change& change,
                       const entitlement::SessionStarted& started,
                       entitlement::SessionId superseded) {
  return {.application = change.application,
          .id = started.id,
          .email = started.email.value(),
          .channel = started.channel,
          .client_id = started.client_id.value(),
          .license = started.license,
          .supersedes = superseded,
          .start_time = change.event_time,
          .ttl = started.ttl,
          .revision = change.revision};
}

void Pack(const PackedSession& session, std::string& packed) {
  Packer packer(packed);
  packer.Pack(session.mark, session.application, session.id, session.email, session.channel,
              session.client_id, session.license, session.supersedes, session.start_time,
              session.ttl, session.revision);
  if (session.mark == SessionMark::kEnded) {
    packer.Pack(session.end_time, session.end_reason, session.end_license);
  }
}

bool PackedSessions::Next() {
  while (!unpacker_.empty()) {
    begin_ = end();
    ok_ = Read();
    if (!ok_ || session_.mark != SessionMark::kGone) return ok_;
  }
  return false;
}

bool PackedSessions::Read() {
  session_ = {};
  if (!unpacker_.Unpack(session_.mark, session_.application, session_.id, session_.email,
                        session_.channel, session_.client_id, session_.license, session_.supersedes,
                        session_.start_time, session_.ttl, session_.revision)) {
    return false;
  }
  switch (session_.mark) {
    case SessionMark::kGone:
    case SessionMark::kStarted:
      return true;
    case SessionMark::kEnded:
      return unpacker_.Unpack(session_.end_time, session_.end_reason, session_.end_license);
  }
  return false;
}

}  // namespace usher::storage
