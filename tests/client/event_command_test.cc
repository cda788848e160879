// usher event list: what it asks for and shows.
#include <algorithm>
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
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kTwoEvents[] = R"({"events": [
    {"revision": 8, "account": "accounts/acme", "application": "accounts/acme/applications/support",
     "actor": "Berlin desks", "eventTime": "2026-11-25T12:42:05Z",
     "recordTime": "2026-11-25T12:42:05Z",
     "sessionStarted": {"sessionId": 5, "email": "maximilian.mustermann@acme.test",
                        "channel": "CHANNEL_WEB", "clientId": "desk-1043", "licenseId": 1043}},
    {"revision": 7, "account": "accounts/acme", "actor": "operator",
     "eventTime": "2026-07-01T12:42:05Z", "recordTime": "2026-07-01T12:42:05Z",
     "accountChanged": {"timeZone": "Europe/Berlin"}}]})";

class EventCommandTest : public ProgramTest {
 protected:
  EventCommandTest() {
    Serve<v1::ListEventsRequest, v1::ListEventsResponse>("ListEvents", kTwoEvents);
  }

  v1::ListEventsRequest Asked() const {
    return connection_->Requests<v1::ListEventsRequest>("ListEvents").back();
  }
};

TEST_F(EventCommandTest, ShowsWhatHappenedInTheAccountsZone) {
  EXPECT_EQ(Run({"event", "list", "acme"}), ExitCode::kOk);
  const std::vector<std::string> lines = absl::StrSplit(out_.str(), '\n');
  EXPECT_THAT(lines[0], AllOf(StartsWith("TIME (C"), HasSubstr("TYPE"), HasSubstr("APPLICATION"),
                              HasSubstr("ACTOR"), HasSubstr("WHAT")));
  EXPECT_THAT(lines[1],
              AllOf(StartsWith("2026-11-25 13:42:05"), HasSubstr("session_started"),
                    HasSubstr(" support "), HasSubstr("Berlin desks"),
                    HasSubstr("maximilian.mustermann@acme.test logged in on web from desk-1043")));
  EXPECT_THAT(lines[2], AllOf(StartsWith("2026-07-01 14:42:05"), HasSubstr(" — "),
                              HasSubstr("acme has the time zone Europe/Berlin")));
  EXPECT_EQ(Asked().parent(), "accounts/acme");
}

TEST_F(EventCommandTest, OnATerminalALongSentenceGoesOnBelow) {
  out_width_ = 110;
  EXPECT_EQ(Run({"event", "list", "acme"}), ExitCode::kOk);
  const std::vector<std::string> lines = absl::StrSplit(out_.str(), '\n');
  EXPECT_THAT(lines[1], HasSubstr("  maximilian.mustermann@acme.test logged"));
  EXPECT_LE(lines[1].size(), out_width_);
  EXPECT_THAT(lines[2],
              AllOf(StartsWith("      "), HasSubstr("  in on web from desk-1043, license 1043")));
  EXPECT_THAT(lines[3], StartsWith("2026-07-01"));
}

TEST_F(EventCommandTest, AnApplicationsEventsNeedNoColumnForIt) {
  EXPECT_EQ(Run({"event", "list", "acme/support"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), Not(HasSubstr("APPLICATION")));
  EXPECT_EQ(Asked().parent(), "accounts/acme/applications/support");
}

TEST_F(EventCommandTest, TheServersOwnEventsAreOfAccounts) {
  EXPECT_EQ(Run({"event", "list"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("TIME (UTC)"), HasSubstr("ACCOUNT")));
  EXPECT_EQ(Asked().parent(), "");
}

TEST_F(EventCommandTest, FiltersAreSent) {
  EXPECT_EQ(Run({"event", "list", "acme", "--type", "session_started", "--type", "session-ended",
                 "--email", "ann@acme.test", "--actor", "system", "--since", "2026-11-25 13:00",
                 "--until", "2026-11-25T13:00:00Z"}),
            ExitCode::kOk);
  EXPECT_THAT(Asked().types(), ElementsAre("session_started", "session_ended"));
  EXPECT_EQ(Asked().email(), "ann@acme.test");
  EXPECT_EQ(Asked().actor(), "system");
  EXPECT_EQ(FromProto(Asked().start_time()),
            absl::FromCivil(absl::CivilHour(2026, 11, 25, 12), absl::UTCTimeZone()))
      << "in the account's zone";
  EXPECT_EQ(FromProto(Asked().end_time()),
            absl::FromCivil(absl::CivilHour(2026, 11, 25, 13), absl::UTCTimeZone()));
}

TEST_F(EventCommandTest, WhatCanNotBeMeantIsRefused) {
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"event", "list", "acme/"}, "PARENT must be an account or an application, such as"},
      {{"event", "list", "acme", "--type", "party"},
       "--type must be a type of event, such as session_started; 'party' is not."},
      {{"event", "list", "acme", "--since", "soon"}, "--since must be a time, such as"},
  };
  for (const auto& [arguments, sentence] : rows) {
    EXPECT_EQ(Run(arguments), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), StartsWith(absl::StrCat("usher: ", sentence)));
  }
  EXPECT_THAT(connection_->sent(), IsEmpty());
}

int64_t LinesIn(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

// One event a page, and every other page empty.
void ServeShortPages(client::testing::FakeConnection& connection, int pages) {
  connection.On<v1::ListEventsRequest, v1::ListEventsResponse>(
      "ListEvents", [=](const v1::ListEventsRequest& request) -> Result<v1::ListEventsResponse> {
        const int page = request.page_token().empty() ? 0 : std::stoi(request.page_token());
        v1::ListEventsResponse response;
        if (page % 2 == 1) response.add_events()->set_revision(page);
        if (page + 1 < pages) response.set_next_page_token(std::to_string(page + 1));
        return response;
      });
}

TEST_F(EventCommandTest, ShortAndEmptyPagesAreFollowedToTheEnd) {
  ServeShortPages(*connection_, 7);
  EXPECT_EQ(Run({"event", "list", "acme", "-o", "json"}), ExitCode::kOk);
  v1::ListEventsResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &response).ok());
  EXPECT_EQ(response.events_size(), 3);
}

TEST_F(EventCommandTest, AsLinesEachEventIsADocument) {
  ServeShortPages(*connection_, 7);
  EXPECT_EQ(Run({"event", "list", "acme", "-o", "jsonl"}), ExitCode::kOk);
  const std::vector<std::string> lines = absl::StrSplit(out_.str(), '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(3));
  for (const std::string& line : lines) {
    v1::Event event;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &event).ok()) << line;
  }
  EXPECT_THAT(err_.str(), IsEmpty());
  EXPECT_EQ(Run({"event", "list", "acme", "-o", "jsonl", "--limit", "2"}), ExitCode::kOk);
  EXPECT_EQ(LinesIn(out_.str()), 2);
  EXPECT_EQ(err_.str(), "There are more: raise --limit to see them.\n");
}

TEST_F(EventCommandTest, WhereNothingHappenedItSaysSo) {
  Serve<v1::ListEventsRequest, v1::ListEventsResponse>("ListEvents", "{}");
  EXPECT_EQ(Run({"event", "list", "acme"}), ExitCode::kOk);
  EXPECT_EQ(err_.str(), "No events.\n");
}

TEST_F(EventCommandTest, ARefusalIsTold) {
  connection_->On<v1::ListEventsRequest, v1::ListEventsResponse>(
      "ListEvents", [](const v1::ListEventsRequest&) -> Result<v1::ListEventsResponse> {
        return Refusal(absl::StatusCode::kPermissionDenied, "ROLE_FORBIDS");
      });
  EXPECT_EQ(Run({"event", "list"}), ExitCode::kForbidden);
  EXPECT_EQ(Run({"event", "list", "-o", "jsonl"}), ExitCode::kForbidden);
}

}  // namespace
}  // namespace usher::cli
