// AgentSession: an agent who is logged in for as long as this object lives.
//
// Start logs the agent in. From then on a thread of its own renews the session each third of
// its ttl, so that two renewals may fail before the lease ends. The destructor logs out.
//
// It promises to tell what the server said last, never more: a session is kActive until the
// server says otherwise. While renewals fail the state stays as it was and `renewal_error` tells
// why; they are tried on, as a server that was down gives every live session a full ttl when it
// is back. A session that has ended (taken over, forced offline, expired) stays ended: to log in
// again is for the program to decide, with a new AgentSession.
//
// All methods may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "client/lib/client.h"

namespace usher {

class AgentSession {
 public:
  struct Status {
    v1::SessionState state = v1::SESSION_STATE_ACTIVE;
    // Why it ended; UNSPECIFIED while it is live.
    v1::EndReason end_reason = v1::END_REASON_UNSPECIFIED;
    // End of the lease by the server's clock, as it was last answered.
    absl::Time expire_time;
    // While it is DRAINING: when it will end unless a license comes free.
    std::optional<absl::Time> drain_deadline_time;
    // Why the last renewal failed; unset after one that succeeded.
    std::optional<Error> renewal_error;

    bool ended() const { return state == v1::SESSION_STATE_ENDED; }
  };
  // Hears of every change of the state, and of renewals that begin to fail or succeed again. It
  // is called on the renewing thread, without a lock. It may log out but must not destroy the
  // AgentSession.
  using Listener = std::function<void(const Status&)>;

  // Logs in, as StartSession does and with its refusals. The listener is not told of what Start
  // itself answers; a session that is DRAINING from the first has that status at once.
  static Result<AgentSession> Start(Client client, const v1::StartSessionRequest& request,
                                    Listener listener = {});

  AgentSession(AgentSession&&) noexcept;
  AgentSession& operator=(AgentSession&&) noexcept;
  // Logs out where that has not been done, and waits for the answer, two seconds at most. Where
  // the server can't be told, the session ends with its lease.
  ~AgentSession();

  // As the login answered them.
  const v1::StartSessionResponse& login() const;
  const v1::Session& session() const { return login().session(); }

  Status status() const;

  // Stops renewing and logs out; the binding stays. Does nothing to a session that has ended.
  // An error means that the server could not be told: the session then ends with its lease.
  std::optional<Error> LogOut();

 private:
  class Renewer;
  explicit AgentSession(std::unique_ptr<Renewer> renewer);

  std::unique_ptr<Renewer> renewer_;
};

}  // namespace usher
