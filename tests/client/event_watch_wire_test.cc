// EventWatch over gRPC: an EventService in this process that keeps a journal and is restarted.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/lib/event_watch.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "usher/v1/event_service.grpc.pb.h"

namespace usher {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kPoll = std::chrono::milliseconds(2);

// A journal of so many events, the next one behind each token; then it waits, or ends with a
// status.
class Journal : public v1::EventService::Service {
 public:
  std::atomic<int64_t> length = 0;
  grpc::Status end = grpc::Status::OK;
  bool stays_open = false;
  std::string authorization;

  grpc::Status WatchEvents(grpc::ServerContext* context, const v1::WatchEventsRequest* request,
                           grpc::ServerWriter<v1::WatchEventsResponse>* writer) override {
    const auto found = context->client_metadata().find("authorization");
    if (found != context->client_metadata().end()) {
      authorization = std::string(found->second.data(), found->second.size());
    }
    const int64_t from = request->resume_token().empty() ? 0 : std::stoll(request->resume_token());
    for (int64_t revision = from + 1; revision <= length; ++revision) {
      v1::WatchEventsResponse message;
      message.add_events()->set_revision(revision);
      message.set_resume_token(absl::StrCat(revision));
      writer->Write(message);
    }
    while (stays_open && !context->IsCancelled()) std::this_thread::sleep_for(kPoll);
    return end;
  }
};

class EventWatchWireTest : public ::testing::Test {
 protected:
  EventWatchWireTest() { Start(); }
  ~EventWatchWireTest() override { Stop(); }

  // On the port that it had before, if any.
  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port_), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(&journal_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void Stop() {
    server_->Shutdown(std::chrono::system_clock::now());
    server_ = nullptr;
  }

  EventWatch Watch(const WatchOptions& options = {}) {
    return EventWatch(
        Client({.server = absl::StrCat("127.0.0.1:", port_),
                .token = "secret",
                .retry = {.attempts_max = 2, .backoff_initial = absl::Milliseconds(10)}}),
        {}, options);
  }

  int port_ = 0;
  Journal journal_;
  std::unique_ptr<grpc::Server> server_;
};

int64_t RevisionOf(const Result<v1::WatchEventsResponse>& message) {
  return message.ok() ? message->events(0).revision() : -1;
}

TEST_F(EventWatchWireTest, EveryEventIsDeliveredOnceOverARestart) {
  journal_.length = 3;
  journal_.stays_open = true;
  EventWatch watch = Watch();
  std::vector<int64_t> revisions;
  for (int i = 0; i < 3; ++i) revisions.push_back(RevisionOf(watch.Next()));
  std::jthread restart([this] {
    Stop();
    journal_.length = 5;
    Start();
  });
  for (int i = 0; i < 2; ++i) revisions.push_back(RevisionOf(watch.Next()));
  EXPECT_THAT(revisions, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(journal_.authorization, "Bearer secret");
}

TEST_F(EventWatchWireTest, TheEndOfAStreamIsResumedFrom) {
  journal_.length = 1;
  EventWatch watch = Watch();
  EXPECT_EQ(RevisionOf(watch.Next()), 1);
  journal_.length = 2;
  EXPECT_EQ(RevisionOf(watch.Next()), 2);
}

TEST_F(EventWatchWireTest, ARefusalHasItsReason) {
  journal_.end = grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "Not yours.");
  const auto refused = Watch().Next();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(refused.error().message, "Not yours.");
}

TEST_F(EventWatchWireTest, AServerThatIsNotThereIsTold) {
  Stop();
  EXPECT_EQ(Watch().Next().error().code, absl::StatusCode::kUnavailable);
  Start();
}

TEST_F(EventWatchWireTest, ASilentServerIsGivenUp) {
  journal_.stays_open = true;
  const auto silent = Watch({.silence_max = absl::Milliseconds(50)}).Next();
  ASSERT_FALSE(silent.ok());
  EXPECT_EQ(silent.error().code, absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(silent.error().message, HasSubstr("no sign of life for 50ms"));
}

TEST_F(EventWatchWireTest, StoppingCancelsTheStream) {
  journal_.stays_open = true;
  std::stop_source source;
  EventWatch watch = Watch({.stop = source.get_token()});
  std::jthread stopper([&source] {
    std::this_thread::sleep_for(10 * kPoll);
    source.request_stop();
  });
  EXPECT_EQ(watch.Next().error().code, absl::StatusCode::kCancelled);
}

TEST_F(EventWatchWireTest, AWatchThatGoesAwayLeavesNothingBehind) {
  journal_.length = 1;
  journal_.stays_open = true;
  {
    EventWatch watch = Watch();
    EXPECT_EQ(RevisionOf(watch.Next()), 1);
  }
  // Waits for the streams under way.
  Stop();
  Start();
}

}  // namespace
}  // namespace usher
