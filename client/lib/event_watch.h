// EventWatch: the journal as it grows, for as long as this object lives.
//
//   usher::v1::WatchEventsRequest request;
//   request.set_parent("accounts/acme");
//   usher::EventWatch watch(client, request);
//   for (;;) {
//     const usher::Result<usher::v1::WatchEventsResponse> next = watch.Next();
//     if (!next.ok()) return Report(next.error());
//     for (const usher::v1::Event& event : next->events()) Handle(event);
//     Store(next->resume_token());
//   }
//
// It promises each event once and in the order of the journal, over restarts of the server too: a
// stream that breaks off is opened anew behind the last resume_token. The events of a command are
// delivered together: the parts of a large one are held until the last of them, which has the
// token, is there, and are dropped where the stream breaks off before, as they come again. So what
// was delivered always ends at a resume_token, and a program that stores it behind what it has done
// with the events misses none and sees none twice. The price is memory for one command.
//
// The beginning fails like any call: after the attempts of the client's RetryPolicy, or at once
// where another attempt can't help. Once a message has come, the watch goes on until it is stopped
// or the server refuses it: outages are waited for, however long, with the policy's backoff. A
// watch that has no token, as nothing has come since it began with the next event, begins with
// the next event again.
//
// Next by one thread at a time. Refuses to know what events mean.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/time/time.h"
#include "client/lib/client.h"

namespace usher {

// Three of the checkpoints that the server promises must be missing.
inline constexpr absl::Duration kWatchSilenceMax = absl::Seconds(30);

struct WatchOptions {
  // A request to stop ends Next with CANCELLED.
  std::stop_token stop;
  // A stream without a message for so long is taken for broken.
  absl::Duration silence_max = kWatchSilenceMax;
  // Hears of every stream that has broken off and will be resumed, and why. Called by Next.
  std::function<void(const Error&)> on_interrupted;
};

class EventWatch {
 public:
  // Does not wait for the server: the first Next connects.
  EventWatch(Client client, v1::WatchEventsRequest request, WatchOptions options = {});

  // Waits for what comes next: events of whole commands, or none and `checkpoint`, which says that
  // the watch is alive and up to date. Both have the resume_token to store. An error is final, and
  // answered again: CANCELLED where the watch was stopped; RESUME_TOKEN_EXPIRED where the journal
  // no longer reaches back to the token, so that the program must list and watch anew; what else
  // the server refuses with.
  Result<v1::WatchEventsResponse> Next();

 private:
  // Reads the stream to the end of a command or a checkpoint; unset where it breaks off.
  std::optional<v1::WatchEventsResponse> ReadWhole();
  // Why the stream has ended, and no longer has one.
  Error TakeError();
  bool MayResume(const Error& error) const;

  const Client client_;
  v1::WatchEventsRequest request_;
  const WatchOptions options_;

  std::unique_ptr<client::Stream> stream_;
  // Whether the server has ever answered with a message.
  bool established_ = false;
  std::optional<Error> final_;
};

}  // namespace usher
