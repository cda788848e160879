// The health service of gRPC, as load balancers and probes ask it: open to anybody.
#include <chrono>
#include <memory>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class HealthTest : public ServerTest {
 protected:
  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  }
  grpc::Status Check(const std::string& service, HealthCheckResponse* response) {
    grpc::ClientContext context;
    SetDeadline(context);
    HealthCheckRequest request;
    request.set_service(service);
    return stub_->Check(&context, request, response);
  }

  // Without a token.
  const std::unique_ptr<Health::Stub> stub_ =
      Health::NewStub(testing::OwnChannel(server_.address()));
};

TEST_F(HealthTest, TheServerAndEachOfItsServicesServe) {
  for (const char* service :
       {"", v1::AccountService::service_full_name(), v1::AdminService::service_full_name(),
        v1::AgentService::service_full_name(), v1::EventService::service_full_name(),
        v1::LicenseService::service_full_name(), v1::OrderService::service_full_name(),
        v1::PhoneService::service_full_name(), v1::VoiceService::service_full_name()}) {
    HealthCheckResponse response;
    const grpc::Status status = Check(service, &response);
    EXPECT_TRUE(status.ok()) << service << ": " << status.error_message();
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING) << service;
  }
  HealthCheckResponse response;
  EXPECT_EQ(Check("usher.v1.None", &response).error_code(), grpc::StatusCode::NOT_FOUND);
}

// Who watches is told before the connection goes.
TEST_F(HealthTest, AServerThatStopsSaysThatItDoesNotServe) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto reader = stub_->Watch(&context, HealthCheckRequest());
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  server_.Stop();
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  context.TryCancel();
  reader->Finish();
}

}  // namespace
}  // namespace usher::e2e
