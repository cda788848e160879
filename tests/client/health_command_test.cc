// usher health, as a probe asks it.
#include <string>

#include "grpc/health/v1/health.pb.h"
#include "tests/client/program_fixture.h"

namespace usher::cli {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class HealthCommandTest : public ProgramTest {
 protected:
  void ServeHealth(HealthCheckResponse::ServingStatus status) {
    connection_->On<HealthCheckRequest, HealthCheckResponse>(
        "Check", [this, status](const HealthCheckRequest& request) -> Result<HealthCheckResponse> {
          asked_ = request.service();
          HealthCheckResponse response;
          response.set_status(status);
          return response;
        });
  }

  std::string asked_ = "nothing";
};

TEST_F(HealthCommandTest, AServerThatServesExitsWithZero) {
  ServeHealth(HealthCheckResponse::SERVING);
  EXPECT_EQ(Run({"health"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "SERVING\n");
  EXPECT_EQ(asked_, "");
}

TEST_F(HealthCommandTest, OneThatDoesNotIsUnavailable) {
  ServeHealth(HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Run({"health"}), ExitCode::kUnavailable);
  EXPECT_EQ(out_.str(), "NOT_SERVING\n");
}

TEST_F(HealthCommandTest, AServiceIsNamedShortOrInFull) {
  ServeHealth(HealthCheckResponse::SERVING);
  EXPECT_EQ(Run({"health", "AgentService"}), ExitCode::kOk);
  EXPECT_EQ(asked_, "usher.v1.AgentService");
  EXPECT_EQ(Run({"health", "usher.v1.AgentService"}), ExitCode::kOk);
  EXPECT_EQ(asked_, "usher.v1.AgentService");
}

}  // namespace
}  // namespace usher::cli
