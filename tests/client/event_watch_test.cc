// EventWatch against a scripted server: what it delivers, and when it resumes.
#include "client/lib/event_watch.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_connection.h"

namespace usher {
namespace {

using client::testing::FakeConnection;
using client::testing::Refusal;
using client::testing::Streamed;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Stream = Streamed<v1::WatchEventsResponse>;

const Error kConnectionLost = {.code = absl::StatusCode::kUnavailable, .message = "Socket closed"};

// A message with these events, and a token unless it is a part of a command.
v1::WatchEventsResponse Events(const std::vector<int64_t>& revisions, const std::string& token) {
  v1::WatchEventsResponse message;
  for (const int64_t revision : revisions) message.add_events()->set_revision(revision);
  message.set_resume_token(token);
  return message;
}

v1::WatchEventsResponse Checkpoint(const std::string& token) {
  v1::WatchEventsResponse message;
  message.set_checkpoint(true);
  message.set_resume_token(token);
  return message;
}

std::vector<int64_t> RevisionsOf(const v1::WatchEventsResponse& message) {
  std::vector<int64_t> revisions;
  for (const v1::Event& event : message.events()) revisions.push_back(event.revision());
  return revisions;
}

class EventWatchTest : public ::testing::Test {
 protected:
  // The n-th stream that is opened tells the n-th of these; the last one is told again and again.
  void Serve(const std::vector<Stream>& streams) {
    auto opened = std::make_shared<size_t>(0);
    connection_->OnStream<v1::WatchEventsRequest, v1::WatchEventsResponse>(
        "WatchEvents", [streams, opened](const v1::WatchEventsRequest&) {
          return streams[std::min((*opened)++, streams.size() - 1)];
        });
  }

  EventWatch Watch(const v1::WatchEventsRequest& request = {}, WatchOptions options = {}) {
    options.on_interrupted = [this](const Error& error) { interruptions_.push_back(error); };
    RetryPolicy policy{.attempts_max = 3};
    policy.pause = [this](absl::Duration wait, const std::stop_token&) {
      waits_.push_back(wait);
      return true;
    };
    return EventWatch(Client(connection_, {.retry = policy}), request, options);
  }

  std::vector<v1::WatchEventsRequest> Requests() const {
    return connection_->Requests<v1::WatchEventsRequest>("WatchEvents");
  }

  std::shared_ptr<FakeConnection> connection_ = std::make_shared<FakeConnection>();
  std::vector<absl::Duration> waits_;
  std::vector<Error> interruptions_;
};

TEST_F(EventWatchTest, DeliversEventsAndCheckpointsWithTheirTokens) {
  Serve({{.messages = {Events({1, 2}, "t2"), Checkpoint("t2"), Events({3}, "t3")},
          .stays_open = true}});
  EventWatch watch = Watch();
  const auto first = watch.Next();
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(RevisionsOf(*first), ElementsAre(1, 2));
  EXPECT_EQ(first->resume_token(), "t2");
  const auto second = watch.Next();
  EXPECT_TRUE(second->checkpoint());
  EXPECT_THAT(second->events(), IsEmpty());
  EXPECT_EQ(watch.Next()->resume_token(), "t3");
  EXPECT_THAT(Requests(), SizeIs(1));
}

TEST_F(EventWatchTest, ACommandInPartsIsDeliveredWhole) {
  Serve({{.messages = {Events({1, 2}, ""), Events({3, 4}, ""), Events({5}, "t5")},
          .stays_open = true}});
  EventWatch watch = Watch();
  const auto whole = watch.Next();
  EXPECT_THAT(RevisionsOf(*whole), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(whole->resume_token(), "t5");
}

TEST_F(EventWatchTest, AStreamThatBreaksOffIsResumedBehindTheLastToken) {
  Serve({{.messages = {Events({1}, "t1"), Events({2}, "t2")}, .error = kConnectionLost},
         {.messages = {Events({3}, "t3")}, .stays_open = true}});
  v1::WatchEventsRequest request;
  request.set_parent("accounts/acme");
  request.add_types("session_started");
  request.set_from_oldest(true);
  EventWatch watch = Watch(request);
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(1));
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(2));
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(3));
  ASSERT_THAT(Requests(), SizeIs(2));
  EXPECT_TRUE(Requests()[0].from_oldest());
  EXPECT_EQ(Requests()[1].resume_token(), "t2");
  EXPECT_FALSE(Requests()[1].from_oldest()) << "the token says where";
  EXPECT_EQ(Requests()[1].parent(), "accounts/acme");
  EXPECT_THAT(Requests()[1].types(), ElementsAre("session_started"));
  EXPECT_FALSE(connection_->sent()[0].wait_for_server) << "who begins is told of an outage at once";
  EXPECT_TRUE(connection_->sent()[1].wait_for_server);
  EXPECT_THAT(interruptions_, SizeIs(1));
}

TEST_F(EventWatchTest, PartsOfACommandThatBreaksOffAreDroppedAndComeAgain) {
  Serve({{.messages = {Events({1}, "t1"), Events({2, 3}, "")}, .error = kConnectionLost},
         {.messages = {Events({2, 3}, ""), Events({4}, "t4")}, .stays_open = true}});
  EventWatch watch = Watch();
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(1));
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(2, 3, 4));
  EXPECT_EQ(Requests()[1].resume_token(), "t1");
}

TEST_F(EventWatchTest, ACheckpointsTokenIsResumedFromToo) {
  Serve({{.messages = {Checkpoint("t0")}, .error = kConnectionLost}, {.stays_open = true}});
  EventWatch watch = Watch({}, {.silence_max = absl::Milliseconds(1)});
  EXPECT_TRUE(watch.Next()->checkpoint());
  Serve({{.messages = {Events({1}, "t1")}}});
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(1));
  EXPECT_EQ(Requests()[1].resume_token(), "t0");
}

struct ResumeRow {
  const char* what;
  std::optional<Error> error;
  bool resumed;
};

TEST_F(EventWatchTest, WhatEndsAWatchAndWhatDoesNot) {
  using absl::StatusCode;
  const ResumeRow rows[] = {
      {"too slow", Refusal(StatusCode::kAborted, "WATCHER_TOO_SLOW"), true},
      {"draining", Refusal(StatusCode::kUnavailable, "SERVER_DRAINING"), true},
      {"store", Refusal(StatusCode::kUnavailable, "STORE_UNAVAILABLE"), true},
      {"overloaded", Refusal(StatusCode::kResourceExhausted, "OVERLOADED"), true},
      {"connection lost", kConnectionLost, true},
      {"ended in good order", std::nullopt, true},
      {"silent", Error{.code = StatusCode::kDeadlineExceeded}, true},
      {"cancelled by the server", Error{.code = StatusCode::kCancelled}, true},
      {"counted still", Refusal(StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS"), true},
      {"token expired", Refusal(StatusCode::kOutOfRange, "RESUME_TOKEN_EXPIRED"), false},
      {"token revoked", Refusal(StatusCode::kUnauthenticated, "INVALID_CREDENTIAL"), false},
      {"account gone", Refusal(StatusCode::kNotFound, "RESOURCE_NOT_FOUND"), false},
      {"older server", Error{.code = StatusCode::kUnimplemented}, false},
  };
  for (const ResumeRow& row : rows) {
    Serve({{.messages = {Events({1}, "t1")}, .error = row.error},
           {.messages = {Events({2}, "t2")}, .stays_open = true}});
    EventWatch watch = Watch();
    ASSERT_TRUE(watch.Next().ok()) << row.what;
    const auto next = watch.Next();
    EXPECT_EQ(next.ok(), row.resumed) << row.what;
    if (row.resumed) continue;
    EXPECT_EQ(next.error().code, row.error->code) << row.what;
    EXPECT_EQ(watch.Next().error().reason, row.error->reason) << row.what << ": it stays so";
  }
}

TEST_F(EventWatchTest, ABeginningThatFailsIsTriedAsOftenAsThePolicySays) {
  Serve({{.error = kConnectionLost}});
  EventWatch watch = Watch();
  EXPECT_EQ(watch.Next().error().code, absl::StatusCode::kUnavailable);
  EXPECT_THAT(Requests(), SizeIs(3));
}

TEST_F(EventWatchTest, TooManyWatchersAtTheBeginningIsFinal) {
  Serve({{.error = Refusal(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS")}});
  EventWatch watch = Watch();
  EXPECT_EQ(watch.Next().error().reason, v1::ERROR_REASON_TOO_MANY_WATCHERS);
  EXPECT_THAT(Requests(), SizeIs(1));
}

TEST_F(EventWatchTest, AnOutageIsWaitedForHoweverLong) {
  std::vector<Stream> streams = {{.messages = {Events({1}, "t1")}, .error = kConnectionLost}};
  for (int i = 0; i < 50; ++i) streams.push_back({.error = kConnectionLost});
  streams.push_back({.messages = {Events({2}, "t2")}});
  Serve(streams);
  EventWatch watch = Watch();
  EXPECT_TRUE(watch.Next().ok());
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(2));
  EXPECT_LE(waits_.back(), RetryPolicy().backoff_max);
  EXPECT_GE(waits_.back(), RetryPolicy().backoff_max / 2);
}

TEST_F(EventWatchTest, WaitsAsLongAsTheServerAsks) {
  Error draining = Refusal(absl::StatusCode::kUnavailable, "SERVER_DRAINING");
  draining.retry_delay = absl::Seconds(7);
  Serve({{.messages = {Events({1}, "t1")}, .error = draining}, {.messages = {Events({2}, "t2")}}});
  EventWatch watch = Watch();
  EXPECT_TRUE(watch.Next().ok());
  EXPECT_TRUE(watch.Next().ok());
  EXPECT_THAT(waits_, ElementsAre(absl::Seconds(7)));
}

TEST_F(EventWatchTest, AStreamThatIsSilentForTooLongIsTakenForBroken) {
  Serve({{.messages = {Events({1}, "t1")}, .stays_open = true},
         {.messages = {Events({2}, "t2")}, .stays_open = true}});
  EventWatch watch = Watch({}, {.silence_max = absl::Milliseconds(5)});
  EXPECT_TRUE(watch.Next().ok());
  EXPECT_THAT(RevisionsOf(*watch.Next()), ElementsAre(2));
  EXPECT_EQ(Requests()[1].resume_token(), "t1");
}

TEST_F(EventWatchTest, StoppingEndsItAtOnce) {
  Serve({{.messages = {Events({1}, "t1")}, .stays_open = true}});
  std::stop_source source;
  EventWatch watch = Watch({}, {.stop = source.get_token()});
  EXPECT_TRUE(watch.Next().ok());
  std::jthread stopper([&source] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    source.request_stop();
  });
  EXPECT_EQ(watch.Next().error().code, absl::StatusCode::kCancelled);
  EXPECT_THAT(interruptions_, IsEmpty()) << "who stops it need not be told";
  EXPECT_THAT(Requests(), SizeIs(1));
}

}  // namespace
}  // namespace usher
