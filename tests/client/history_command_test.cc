// usher history: who held which license when, and past resets.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/license_service.pb.h"

namespace usher::cli {
namespace {

constexpr size_t kWidth = 100;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class HistoryCommandTest : public ProgramTest {
 protected:
  HistoryCommandTest() {
    Serve<v1::ListBindingsRequest, v1::ListBindingsResponse>("ListBindings", R"({"bindings": [
        {"licenseId": 12, "email": "maximilian.mustermann@acme.test",
         "bindTime": "2026-11-25T12:42:05Z"},
        {"licenseId": 12, "email": "bob@acme.test", "bindTime": "2026-07-20T12:42:05Z",
         "releaseTime": "2026-07-25T11:00:00Z", "releaseCause": "RELEASE_CAUSE_RESET"},
        {"licenseId": 3, "email": "bob@acme.test", "bindTime": "2026-07-19T12:42:05Z",
         "releaseTime": "2026-07-20T12:42:05Z", "releaseCause": "RELEASE_CAUSE_MOVED"},
        {"licenseId": 2, "email": "cyd@acme.test", "bindTime": "2026-07-19T12:42:05Z",
         "releaseTime": "2026-08-20T12:42:05Z", "releaseCause": "RELEASE_CAUSE_LAPSED"}]})");
  }

  std::vector<std::string> Lines() const { return absl::StrSplit(out_.str(), '\n'); }

  v1::ListBindingsRequest Asked() const {
    return connection_->Requests<v1::ListBindingsRequest>("ListBindings").back();
  }
};

TEST_F(HistoryCommandTest, ShowsWhoHeldALicenseAndWhatEndedIt) {
  EXPECT_EQ(Run({"history", "acme/support", "--license", "12"}), ExitCode::kOk);
  EXPECT_THAT(Lines()[0], MatchesRegex("BOUND .CES?T. +RELEASED +LICENSE  AGENT +ENDED BY"));
  EXPECT_THAT(Lines()[1], AllOf(StartsWith("2026-11-25 13:42"), HasSubstr(" — "),
                                HasSubstr("     12  maximilian.mustermann@acme.test  holds it")));
  EXPECT_THAT(Lines()[2], AllOf(HasSubstr("2026-07-25 13:00"), HasSubstr("a reset")));
  EXPECT_THAT(Lines()[3], HasSubstr("a move"));
  EXPECT_THAT(Lines()[4], HasSubstr("a lapse"));
  for (const std::string& line : Lines()) EXPECT_LE(line.size(), kWidth) << line;
  EXPECT_EQ(Asked().license_id(), 12);
}

TEST_F(HistoryCommandTest, FiltersMayBeCombined) {
  EXPECT_EQ(Run({"history", "acme/support", "--license", "12", "--email", "bob@acme.test", "--at",
                 "2026-07-22 10:00"}),
            ExitCode::kOk);
  EXPECT_EQ(Asked().license_id(), 12);
  EXPECT_EQ(Asked().email(), "bob@acme.test");
  EXPECT_EQ(FromProto(Asked().at_time()),
            absl::FromCivil(absl::CivilHour(2026, 7, 22, 8), absl::UTCTimeZone()));
  EXPECT_EQ(Run({"history", "acme/support"}), ExitCode::kOk);
  EXPECT_FALSE(Asked().has_at_time());
}

TEST_F(HistoryCommandTest, PastResetsAreShownInstead) {
  Serve<v1::ListResetsRequest, v1::ListResetsResponse>("ListResets", R"({"resets": [
      {"revision": 90, "resetTime": "2026-11-25T12:42:05Z", "actor": "operator",
       "releasedCount": 8, "retainedCount": 1035}]})");
  EXPECT_EQ(Run({"history", "acme/support", "--resets"}), ExitCode::kOk);
  EXPECT_THAT(Lines()[0], MatchesRegex("RESET .CES?T. +ACTOR +RELEASED +KEPT"));
  EXPECT_THAT(Lines()[1], AllOf(StartsWith("2026-11-25 13:42"), HasSubstr("operator"),
                                HasSubstr("       8  1,035")));
}

TEST_F(HistoryCommandTest, ResetsAreOfNoLicense) {
  EXPECT_EQ(Run({"history", "acme/support", "--resets", "--license", "3"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"history", "acme/support", "--at", "then"}), ExitCode::kUsage);
  EXPECT_THAT(connection_->sent(), IsEmpty());
}

}  // namespace
}  // namespace usher::cli
