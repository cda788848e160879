// usher doctor: one row for each check, and what makes it warn or fail.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/doctor.h"
#include "client/cli/times.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "storage/offline/backup_file.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/admin_service.pb.h"

namespace usher::cli {
namespace {

using client::testing::Refusal;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int64_t kMebibyte = int64_t{1024} * 1024;

class DoctorCommandTest : public ProgramTest {
 protected:
  using Health = grpc::health::v1::HealthCheckResponse;

  // All is well, with an operator's token.
  DoctorCommandTest() {
    ServeHealth(Health::SERVING);
    token_.mutable_token()->set_display_name("first operator");
    token_.mutable_token()->set_role(v1::ROLE_OPERATOR);
    connection_->On<v1::WhoAmIRequest, v1::WhoAmIResponse>(
        "WhoAmI",
        [this](const v1::WhoAmIRequest&) -> Result<v1::WhoAmIResponse> { return token_; });
    status_.set_version("0.1.0");
    status_.set_store("sqlite");
    status_.set_schema_version(storage::KnownSchemaVersion());
    status_.set_store_bytes(100 * kMebibyte);
    status_.set_disk_free_bytes(1000 * kMebibyte);
    connection_->On<v1::GetStatusRequest, v1::GetStatusResponse>(
        "GetStatus", [this](const v1::GetStatusRequest&) -> Result<v1::GetStatusResponse> {
          *status_.mutable_server_time() = ToProto(absl::Now() + skew_);
          return status_;
        });
    connection_->On<v1::CheckIntegrityRequest, v1::CheckIntegrityResponse>(
        "CheckIntegrity",
        [this](const v1::CheckIntegrityRequest&) -> Result<v1::CheckIntegrityResponse> {
          return integrity_;
        });
  }

  void ServeHealth(Health::ServingStatus status) {
    connection_->On<grpc::health::v1::HealthCheckRequest, Health>(
        "Check", [status](const grpc::health::v1::HealthCheckRequest&) -> Result<Health> {
          Health response;
          response.set_status(status);
          return response;
        });
  }

  // The row of a check.
  std::string Row(const std::string& check) const {
    const std::string text = out_.str();
    const size_t begin = text.find("\n" + check + " ");
    if (begin == std::string::npos) return "";
    return text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
  }

  v1::WhoAmIResponse token_;
  v1::GetStatusResponse status_;
  v1::CheckIntegrityResponse integrity_;
  absl::Duration skew_;
};

TEST_F(DoctorCommandTest, WhereAllIsWellItSaysSoOfEachCheck) {
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("server"), ContainsRegex("OK +127.0.0.1:7600 answers in [0-9]+ ms"));
  EXPECT_THAT(Row("tls"), ContainsRegex("OK +none, on this machine"));
  EXPECT_THAT(Row("token"), ContainsRegex("OK +operator 'first operator', which never expires"));
  EXPECT_THAT(Row("clock"), ContainsRegex("OK +as this machine's"));
  EXPECT_THAT(Row("versions"), ContainsRegex("OK +server and client are 0.1.0"));
  EXPECT_THAT(Row("schema"), ContainsRegex("OK +version"));
  EXPECT_THAT(Row("disk"), ContainsRegex("OK +the database takes 100.0 MiB, 1000.0 MiB are free"));
  EXPECT_THAT(Row("integrity"), ContainsRegex("SKIP +not asked"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(DoctorCommandTest, AServerThatIsNotThereEndsIt) {
  connection_->On<grpc::health::v1::HealthCheckRequest, Health>(
      "Check", [](const grpc::health::v1::HealthCheckRequest&) -> Result<Health> {
        return Error{.code = absl::StatusCode::kUnavailable, .message = "Connection refused."};
      });
  EXPECT_EQ(Run({"doctor"}), ExitCode::kUnavailable);
  EXPECT_THAT(Row("server"), ContainsRegex("FAIL .*127.0.0.1:7600: start usherd there"));
  EXPECT_EQ(Row("token"), "");
}

TEST_F(DoctorCommandTest, AServerThatDrainsFailsAndIsLookedIntoAllTheSame) {
  ServeHealth(Health::NOT_SERVING);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kUnavailable);
  EXPECT_THAT(Row("server"), HasSubstr("but does not serve"));
  EXPECT_THAT(Row("token"), HasSubstr("OK"));
}

TEST_F(DoctorCommandTest, AnInvalidTokenIsToldApart) {
  connection_->On<v1::WhoAmIRequest, v1::WhoAmIResponse>(
      "WhoAmI", [](const v1::WhoAmIRequest&) -> Result<v1::WhoAmIResponse> {
        return Refusal(absl::StatusCode::kUnauthenticated, "INVALID_CREDENTIAL");
      });
  EXPECT_EQ(Run({"doctor", "--server", "usher.example"}), ExitCode::kForbidden);
  EXPECT_THAT(Row("token"), ContainsRegex("FAIL +The server wants a token, and none was found."));
  EXPECT_THAT(err_.str(), HasSubstr("hint: token: It is given by --token-file FILE, USHER_TOKEN"));
  EXPECT_EQ(Row("clock"), "");
}

TEST_F(DoctorCommandTest, ATokenThatEndsSoonWarns) {
  *token_.mutable_token()->mutable_expire_time() =
      ToProto(absl::Now() + kTokenWarning - absl::Hours(1));
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("token"), ContainsRegex("WARN .*in 13 d"));
  *token_.mutable_token()->mutable_expire_time() =
      ToProto(absl::Now() + kTokenWarning + absl::Hours(1));
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("token"), HasSubstr("OK"));
}

TEST_F(DoctorCommandTest, AClockThatIsOffWarnsAndOneThatIsFarOffFails) {
  skew_ = kSkewWarning - absl::Milliseconds(500);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("clock"), HasSubstr("OK"));
  skew_ = absl::Seconds(30);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("clock"), ContainsRegex("WARN .*(29|30)s ahead of this machine's"));
  skew_ = -absl::Minutes(10);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOther);
  EXPECT_THAT(Row("clock"), ContainsRegex("FAIL .*(10m|9m59s).* behind this machine's"));
  EXPECT_THAT(err_.str(), HasSubstr("hint: clock: Let both be set by NTP"));
}

TEST_F(DoctorCommandTest, AnotherVersionWarns) {
  status_.set_version("9.0.0");
  status_.set_schema_version(99);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("versions"), ContainsRegex("WARN +the server is 9.0.0, this client 0.1.0"));
  EXPECT_THAT(Row("schema"), ContainsRegex("WARN +version 99, of which this client knows"));
}

TEST_F(DoctorCommandTest, ADiskWithoutRoomForABackupWarnsAndAFullOneFails) {
  status_.set_disk_free_bytes(163 * kMebibyte);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("disk"), HasSubstr("WARN"));
  status_.set_disk_free_bytes(164 * kMebibyte);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOk);
  EXPECT_THAT(Row("disk"), HasSubstr("OK"));
  status_.set_disk_free_bytes(kDiskFreeNeeded - 1);
  EXPECT_EQ(Run({"doctor"}), ExitCode::kOther);
  EXPECT_THAT(Row("disk"), HasSubstr("FAIL"));
}

TEST_F(DoctorCommandTest, IntegrityIsAskedForWithDeep) {
  integrity_.set_applications_checked(12);
  EXPECT_EQ(Run({"doctor", "--deep"}), ExitCode::kOk);
  EXPECT_THAT(Row("integrity"), ContainsRegex("OK +nothing is wrong with 12 applications"));
  integrity_.add_problems("Application acme/support: this is broken: resets used.");
  EXPECT_EQ(Run({"doctor", "--deep"}), ExitCode::kOther);
  EXPECT_THAT(Row("integrity"), ContainsRegex("FAIL +Application acme/support"));
}

TEST_F(DoctorCommandTest, OnlyTheFirstProblemsAreShown) {
  for (int i = 0; i < 25; ++i) integrity_.add_problems(absl::StrCat("Problem ", i, "."));
  EXPECT_EQ(Run({"doctor", "--deep"}), ExitCode::kOther);
  EXPECT_THAT(out_.str(), HasSubstr("Problem 9."));
  EXPECT_THAT(out_.str(), Not(HasSubstr("Problem 10.")));
  EXPECT_THAT(err_.str(), HasSubstr("There are 25 problems in all."));
}

TEST_F(DoctorCommandTest, WhatOnlyAnOperatorMayAskIsSkippedForOthers) {
  token_.mutable_token()->set_role(v1::ROLE_VIEWER);
  EXPECT_EQ(Run({"doctor", "--deep"}), ExitCode::kOk);
  EXPECT_THAT(Row("disk"), HasSubstr("SKIP"));
  EXPECT_THAT(Row("integrity"), ContainsRegex("SKIP +not checked, as --deep asks: only an oper"));
  EXPECT_THAT(err_.str(), HasSubstr("hint: integrity: Give an operator's token"));
  EXPECT_TRUE(connection_->Requests<v1::CheckIntegrityRequest>("CheckIntegrity").empty());
}

TEST_F(DoctorCommandTest, PlaintextToAnotherMachineWarns) {
  EXPECT_EQ(Run({"doctor", "--server", "usher.example:7600"}), ExitCode::kOk);
  EXPECT_THAT(Row("tls"), ContainsRegex("WARN +none: tokens cross the network in clear text"));
}

TEST_F(DoctorCommandTest, JsonHasTheSame) {
  skew_ = absl::Seconds(30);
  EXPECT_EQ(Run({"doctor", "-o", "json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("{\n \"checks\": [\n  {\n   \"check\": \"server\",\n"
                                     "   \"result\": \"OK\",\n   \"found\": "));
  EXPECT_THAT(out_.str(), HasSubstr("\"result\": \"WARN\""));
  EXPECT_THAT(out_.str(), HasSubstr("Let both be set by NTP"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

}  // namespace
}  // namespace usher::cli
