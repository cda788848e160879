// usher event watch: what it prints, how it ends, and how a script resumes.
#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/event_service.pb.h"

namespace usher::cli {
namespace {

using client::testing::Refusal;
using client::testing::Streamed;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Stream = Streamed<v1::WatchEventsResponse>;

v1::WatchEventsResponse Message(const std::string& json) {
  v1::WatchEventsResponse message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return message;
}

// A login that binds: two events of one command.
v1::WatchEventsResponse Login() {
  return Message(R"({"resumeToken": "t8", "events": [
      {"revision": 7, "commandRevision": 8, "application": "accounts/acme/applications/support", "actor": "Berlin desks",
       "eventTime": "2026-11-25T12:42:05Z", "licenseBound": {"licenseId": 1, "email": "ann@acme.test"}},
      {"revision": 8, "commandRevision": 8, "application": "accounts/acme/applications/support", "actor": "Berlin desks",
       "eventTime": "2026-11-25T12:42:05Z",
       "sessionStarted": {"sessionId": 5, "email": "ann@acme.test", "channel": "CHANNEL_WEB",
                          "clientId": "desk\u001b[31m", "licenseId": 1}}]})");
}

v1::WatchEventsResponse Checkpoint() {
  return Message(R"({"resumeToken": "t8", "checkpoint": true})");
}

class EventWatchCommandTest : public ProgramTest {
 protected:
  // The n-th stream that is opened tells the n-th of these; then the server can't be reached.
  void ServeStreams(const std::vector<Stream>& streams) {
    auto opened = std::make_shared<size_t>(0);
    connection_->OnStream<v1::WatchEventsRequest, v1::WatchEventsResponse>(
        "WatchEvents", [streams, opened](const v1::WatchEventsRequest&) {
          if (*opened < streams.size()) return streams[(*opened)++];
          return Stream{.error = Error{.code = absl::StatusCode::kUnavailable}};
        });
  }

  std::vector<v1::WatchEventsRequest> Asked() const {
    return connection_->Requests<v1::WatchEventsRequest>("WatchEvents");
  }

  std::vector<std::string> Lines() const {
    return absl::StrSplit(out_.str(), '\n', absl::SkipEmpty());
  }
};

TEST_F(EventWatchCommandTest, PrintsALineForEachEventUntilItIsInterrupted) {
  ServeStreams({{.messages = {Checkpoint(), Login()}, .stays_open = true}});
  // When it is about to print what has come, which it does to the end.
  std::atomic<bool> interrupted = false;
  connection_->On<v1::GetAccountRequest, v1::GetAccountResponse>(
      "GetAccount", [&interrupted](const v1::GetAccountRequest&) -> Result<v1::GetAccountResponse> {
        interrupted = true;
        v1::GetAccountResponse response;
        response.mutable_account()->set_time_zone("Europe/Berlin");
        return response;
      });
  interrupted_ = [&interrupted] { return interrupted.load(); };
  EXPECT_EQ(Run({"event", "watch", "acme"}), ExitCode::kOk);
  ASSERT_THAT(Lines(), SizeIs(2));
  EXPECT_EQ(
      Lines()[0],
      "2026-11-25 13:42:05 CET  support       Berlin desks  ann@acme.test was bound to license "
      "1");
  EXPECT_THAT(Lines()[1], HasSubstr("logged in on web from desk?[31m, license 1"))
      << "what a terminal would obey is not passed on";
  EXPECT_EQ(err_.str(), "To go on from here: usher event watch acme --resume t8\n");
}

TEST_F(EventWatchCommandTest, EndsWithTheCommandThatTheLastEventIsOf) {
  ServeStreams({{.messages = {Login(), Login()}, .stays_open = true}});
  EXPECT_EQ(Run({"event", "watch", "acme/support", "--max", "1"}), ExitCode::kOk);
  EXPECT_THAT(Lines(), SizeIs(2)) << "the token is behind both";
  EXPECT_THAT(out_.str(), Not(HasSubstr(" support "))) << "all are of this application";
  EXPECT_THAT(err_.str(), HasSubstr("--resume t8"));
}

// Two commands in one message, with one token behind both.
v1::WatchEventsResponse TwoCommands() {
  v1::WatchEventsResponse message = Login();
  *message.add_events() = message.events(0);
  message.mutable_events(2)->set_revision(9);
  message.mutable_events(2)->set_command_revision(9);
  message.set_resume_token("t9");
  return message;
}

TEST_F(EventWatchCommandTest, OfSeveralCommandsThatComeTogetherItPrintsNoMoreThanAreWanted) {
  ServeStreams({{.messages = {TwoCommands()}, .stays_open = true}});
  EXPECT_EQ(Run({"event", "watch", "acme", "--max", "2"}), ExitCode::kOk);
  EXPECT_THAT(Lines(), SizeIs(2));
  EXPECT_THAT(err_.str(), IsEmpty()) << "the token would be behind what was left out";
  ServeStreams({{.messages = {TwoCommands()}, .stays_open = true}});
  EXPECT_EQ(Run({"event", "watch", "acme", "--max", "2", "-o", "jsonl", "--show-tokens"}),
            ExitCode::kOk);
  ASSERT_THAT(Lines(), SizeIs(4)) << "who resumes from the token misses nothing";
  EXPECT_EQ(Lines()[3], R"({"resumeToken":"t9"})");
}

TEST_F(EventWatchCommandTest, WhatIsAskedForIsSent) {
  ServeStreams({{.messages = {Login()}}});
  EXPECT_EQ(Run({"event", "watch", "acme/support", "--type", "session_started", "--type",
                 "session_ended", "--resume", "t6", "--max", "1"}),
            ExitCode::kOk);
  EXPECT_EQ(Asked()[0].parent(), "accounts/acme/applications/support");
  EXPECT_THAT(Asked()[0].types(), ElementsAre("session_started", "session_ended"));
  EXPECT_EQ(Asked()[0].resume_token(), "t6");
  ServeStreams({{.messages = {Login()}}});
  EXPECT_EQ(Run({"event", "watch", "--from-oldest", "--max", "1"}), ExitCode::kOk);
  EXPECT_TRUE(Asked()[1].from_oldest());
  EXPECT_EQ(Asked()[1].parent(), "");
}

TEST_F(EventWatchCommandTest, AsLinesEachEventIsADocumentAndTokensAreThereForTheAsking) {
  ServeStreams({{.messages = {Checkpoint(), Login()}, .stays_open = true}});
  EXPECT_EQ(Run({"event", "watch", "acme", "-o", "jsonl", "--max", "2"}), ExitCode::kOk);
  ASSERT_THAT(Lines(), SizeIs(2));
  v1::Event event;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Lines()[1], &event).ok());
  EXPECT_EQ(event.revision(), 8);
  EXPECT_THAT(err_.str(), IsEmpty());

  ServeStreams({{.messages = {Checkpoint(), Login()}, .stays_open = true}});
  EXPECT_EQ(Run({"event", "watch", "acme", "-o", "jsonl", "--max", "2", "--show-tokens"}),
            ExitCode::kOk);
  ASSERT_THAT(Lines(), SizeIs(4));
  EXPECT_EQ(Lines()[0], R"({"resumeToken":"t8","checkpoint":true})");
  EXPECT_EQ(Lines()[3], R"({"resumeToken":"t8"})");
}

TEST_F(EventWatchCommandTest, AWatchThatDoesNotBeginPromisesNothing) {
  const Error down = {.code = absl::StatusCode::kUnavailable, .message = "refused"};
  ServeStreams({{.error = down}, {.error = down}, {.error = down}});
  EXPECT_EQ(Run({"event", "watch", "acme"}), ExitCode::kUnavailable);
  EXPECT_THAT(err_.str(), StartsWith("usher: No server can be reached"));
}

TEST_F(EventWatchCommandTest, AnOutageIsToldOnceAndResumed) {
  const Error lost = {.code = absl::StatusCode::kUnavailable, .message = "Socket closed"};
  ServeStreams({{.messages = {Login()}, .error = lost},
                {.error = lost},
                {.messages = {Login()}, .stays_open = true}});
  EXPECT_EQ(Run({"event", "watch", "acme", "--max", "4", "-o", "jsonl"}), ExitCode::kOk);
  EXPECT_THAT(Lines(), SizeIs(4));
  EXPECT_EQ(Asked()[2].resume_token(), "t8");
  EXPECT_EQ(err_.str(),
            "usher: The watch broke off and will be resumed: Socket closed\n"
            "usher: The watch goes on; nothing was missed.\n");
}

TEST_F(EventWatchCommandTest, AnExpiredTokenIsToldWithWhatToDo) {
  ServeStreams({{.error = Refusal(absl::StatusCode::kOutOfRange, "RESUME_TOKEN_EXPIRED",
                                  {{"oldestRevision", "900"}}, "The journal begins later.")}});
  EXPECT_EQ(Run({"event", "watch", "acme", "--resume", "t1"}), ExitCode::kConflict);
  EXPECT_THAT(err_.str(), AllOf(StartsWith("usher: The journal begins later.\n"),
                                HasSubstr("hint: See what the journal still has: usher event list "
                                          "acme\n"),
                                HasSubstr("usher event watch acme\n")));
}

TEST_F(EventWatchCommandTest, AServerThatIsNotThereIsToldAfterAFewAttempts) {
  ServeStreams({});
  EXPECT_EQ(Run({"event", "watch", "acme"}), ExitCode::kUnavailable);
  EXPECT_THAT(err_.str(), HasSubstr("No server can be reached"));
}

TEST_F(EventWatchCommandTest, WhatCanNotBeMeantIsRefused) {
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"event", "watch", "acme", "--resume", "t", "--from-oldest"},
       "--resume can't be given along with --from-oldest."},
      {{"event", "watch", "acme", "--max", "0"},
       "--max must be a whole number from 1 up; '0' is not."},
      {{"event", "watch", "acme", "-o", "json"}, "-o json is one document"},
      {{"event", "watch", "acme", "--show-tokens"}, "--show-tokens is for scripts"},
  };
  for (const auto& [arguments, sentence] : rows) {
    EXPECT_EQ(Run(arguments), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), HasSubstr(sentence));
  }
  EXPECT_THAT(connection_->sent(), IsEmpty());
}

}  // namespace
}  // namespace usher::cli
