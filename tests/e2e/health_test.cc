// The health service of gRPC, as load balancers and probes ask it: open to anybody.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

// grpc.health.v1: HealthCheckRequest has the service in field 1, HealthCheckResponse the status.
constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";
const std::string kServing = "\x08\x01";
const std::string kNotServing = "\x08\x02";

grpc::ByteBuffer RequestOf(const std::string& service) {
  const grpc::Slice slice(
      service.empty()
          ? ""
          : absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service));
  return {&slice, 1};
}

std::string TextOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  buffer.Dump(&slices);
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

class HealthTest : public ServerTest {
 protected:
  grpc::Status Check(const std::string& service, std::string* answer) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, kCheck, RequestOf(service), &queue);
    grpc::ByteBuffer response;
    grpc::Status status;
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (status.ok()) *answer = TextOf(response);
    return status;
  }

  // Without a token.
  const std::shared_ptr<grpc::Channel> channel_ = testing::OwnChannel(server_.address());
};

TEST_F(HealthTest, TheServerAndEachOfItsServicesServe) {
  for (const char* service :
       {"", v1::AccountService::service_full_name(), v1::AdminService::service_full_name(),
        v1::AgentService::service_full_name(), v1::EventService::service_full_name(),
        v1::LicenseService::service_full_name(), v1::OrderService::service_full_name(),
        v1::PhoneService::service_full_name(), v1::VoiceService::service_full_name()}) {
    std::string answer;
    const grpc::Status status = Check(service, &answer);
    EXPECT_TRUE(status.ok()) << service << ": " << status.error_message();
    EXPECT_EQ(answer, kServing) << service;
  }
  std::string answer;
  EXPECT_EQ(Check("usher.v1.None", &answer).error_code(), grpc::StatusCode::NOT_FOUND);
}

// Who watches is told before the connection goes.
TEST_F(HealthTest, AServerThatStopsSaysThatItDoesNotServe) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::CompletionQueue queue;
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return ok;
  };
  auto call = stub.PrepareCall(&context, kWatch, &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(wait());
  call->WriteLast(RequestOf(""), grpc::WriteOptions(), nullptr);
  ASSERT_TRUE(wait());
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  ASSERT_TRUE(wait());
  EXPECT_EQ(TextOf(response), kServing);
  call->Read(&response, nullptr);
  server_.Stop();
  ASSERT_TRUE(wait());
  EXPECT_EQ(TextOf(response), kNotServing);
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
}

}  // namespace
}  // namespace usher::e2e
