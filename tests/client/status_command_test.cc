// usher status
#include "gmock/gmock.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/admin_service.pb.h"

namespace usher::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StatusCommandTest : public ProgramTest {
 protected:
  void ServeStatus(const std::string& more) {
    Serve<v1::GetStatusRequest, v1::GetStatusResponse>("GetStatus", R"({
      "version": "0.1.0", "store": "sqlite", "databaseId": "5c0ffee", "schemaVersion": "4",
      "startTime": "2026-11-25T12:42:00Z", "oldestRecordTime": "2026-11-01T08:00:00Z")" +
                                                                        more + "}");
  }
};

TEST_F(StatusCommandTest, AnOperatorSeesSizesAndWhatIsLive) {
  ServeStatus(R"(, "storeBytes": "5242880", "diskFreeBytes": "3221225472",
                  "liveSessions": "1234", "onlinePhones": "5", "activeCalls": "0")");
  EXPECT_EQ(Run({"status"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("usherd 0.1.0\n"));
  EXPECT_THAT(out_.str(), HasSubstr("2026-11-25 12:42 UTC ("));
  EXPECT_THAT(out_.str(), HasSubstr("sqlite, schema version 4\n"));
  EXPECT_THAT(out_.str(), HasSubstr("5c0ffee\n"));
  EXPECT_THAT(out_.str(), HasSubstr("2026-11-01 08:00 UTC\n"));
  EXPECT_THAT(out_.str(), HasSubstr("5.0 MiB; 3.0 GiB of the disk are free\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Live sessions  1,234\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Active calls   0\n"));
}

TEST_F(StatusCommandTest, OthersSeeNoFigureRatherThanZero) {
  ServeStatus("");
  EXPECT_EQ(Run({"status"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), Not(HasSubstr("Live")));
  EXPECT_THAT(out_.str(), Not(HasSubstr("Size")));
}

TEST_F(StatusCommandTest, JsonIsWhatTheServerAnswered) {
  ServeStatus("");
  EXPECT_EQ(Run({"status", "-o", "json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\"schemaVersion\": \"4\""));
}

}  // namespace
}  // namespace usher::cli
