// TimedOperation: an operation that a timer answers instead of a server. Threading: as Operation.
#pragma once

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/completion_queue.h"
#include "tools/bench/operation.h"

namespace usher::bench {

class TimedOperation final : public Operation {
 public:
  // What each call takes, at least; asked when it begins. A negative time: nothing is left to do.
  using Times = std::function<absl::Duration()>;
  // What each answer is.
  using Answers = std::function<absl::Status()>;

  explicit TimedOperation(
      Times times, Answers answers = [] { return absl::OkStatus(); })
      : times_(std::move(times)), answers_(std::move(answers)) {}

  bool Start(grpc::CompletionQueue* queue, void* tag) override {
    const absl::Duration time = times_();
    if (time < absl::ZeroDuration()) return false;
    alarm_.Set(queue, absl::ToChronoTime(absl::Now() + time), tag);
    return true;
  }
  absl::Status Finish() override { return answers_(); }
  void Cancel() override { alarm_.Cancel(); }

 private:
  const Times times_;
  const Answers answers_;
  grpc::Alarm alarm_;
};

}  // namespace usher::bench
