// usher reset: what it shows, asks and sends.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/license_service.pb.h"

namespace usher::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ResetCommandTest : public ProgramTest {
 protected:
  ResetCommandTest() {
    Serve<v1::ResetLicensesRequest, v1::ResetLicensesResponse>("ResetLicenses", R"({
        "released": [{"licenseId": 2, "email": "bob@acme.test"}],
        "retained": [{"licenseId": 1, "email": "ann@acme.test",
                      "reason": "RETAIN_REASON_LOGGED_IN"}],
        "allowance": {"month": "2026-11", "used": 1, "limit": 4,
                      "monthEndTime": "2126-11-30T23:00:00Z"},
        "etag": "tag-1", "releasedCount": 1, "retainedCount": 1})");
  }

  std::vector<v1::ResetLicensesRequest> Requests() const {
    return connection_->Requests<v1::ResetLicensesRequest>("ResetLicenses");
  }
};

TEST_F(ResetCommandTest, DryRunShowsWhoIsKeptAndWhyAndChangesNothing) {  // R19
  EXPECT_EQ(Run({"reset", "acme/support", "--dry-run"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("bob@acme.test"), HasSubstr("to be released"),
                                HasSubstr("to be kept"), HasSubstr("the agent is logged in")));
  EXPECT_THAT(err_.str(), HasSubstr("3 of 4 left in 2026-11"));
  ASSERT_THAT(Requests(), SizeIs(1));
  EXPECT_TRUE(Requests()[0].validate_only());
}

TEST_F(ResetCommandTest, WithYesItResetsWithoutAsking) {
  EXPECT_EQ(Run({"reset", "acme/support", "--yes"}), ExitCode::kOk);
  ASSERT_THAT(Requests(), SizeIs(1));
  EXPECT_FALSE(Requests()[0].validate_only());
  EXPECT_THAT(out_.str(), HasSubstr("Released 1 license, kept 1. 3 of 4 resets left"));
}

TEST_F(ResetCommandTest, AfterTheQuestionItDoesWhatWasShown) {
  EXPECT_EQ(Run({"reset", "acme/support"}, "y\n", /*in_is_terminal=*/true), ExitCode::kOk);
  ASSERT_THAT(Requests(), SizeIs(2));
  EXPECT_TRUE(Requests()[0].validate_only());
  EXPECT_FALSE(Requests()[1].validate_only());
  EXPECT_EQ(Requests()[1].etag(), "tag-1");
  EXPECT_THAT(err_.str(), HasSubstr("Release 1 license of acme/support now? [y/N]"));
}

TEST_F(ResetCommandTest, ANoOrAnEndOfInputChangesNothing) {
  for (const char* answer : {"n\n", "\n", "", "yikes\n"}) {
    EXPECT_EQ(Run({"reset", "acme/support"}, answer, /*in_is_terminal=*/true), ExitCode::kOther);
    EXPECT_THAT(err_.str(), HasSubstr("Nothing was changed."));
  }
  for (const v1::ResetLicensesRequest& request : Requests()) EXPECT_TRUE(request.validate_only());
}

TEST_F(ResetCommandTest, WhereNobodyCanBeAskedItRefusesAndSendsNothing) {
  EXPECT_EQ(Run({"reset", "acme/support"}, "y\n"), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--yes"));
  EXPECT_THAT(connection_->sent(), IsEmpty());
}

TEST_F(ResetCommandTest, WithJsonThePlanDoesNotGetIntoTheDocument) {
  EXPECT_EQ(Run({"reset", "acme/support", "-o", "json"}, "y\n", /*in_is_terminal=*/true),
            ExitCode::kOk);
  v1::ResetLicensesResponse response;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &response).ok());
  EXPECT_THAT(err_.str(), HasSubstr("to be kept"));
}

TEST_F(ResetCommandTest, NamedLicensesAreSent) {
  EXPECT_EQ(Run({"reset", "acme/support", "--license", "3", "--license", "7", "--dry-run"}),
            ExitCode::kOk);
  ASSERT_THAT(Requests()[0].license_ids(), SizeIs(2));
  EXPECT_EQ(Requests()[0].license_ids(1), 7);
}

}  // namespace
}  // namespace usher::cli
