// What holds for every method: errors, request ids, reflection.
#include "google/protobuf/descriptor.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

using WireTest = ServerTest;

TEST_F(WireTest, EveryMethodOfTheServedServicesAnswers) {
  const auto channel = server_.NewChannel();
  int methods = 0;
  for (const char* name : {"AccountService", "OrderService", "LicenseService", "AgentService",
                           "PhoneService", "VoiceService"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
        "usher.v1." + std::string(name));
    ASSERT_NE(service, nullptr) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string method = service->method(i)->name();
      const grpc::Status status = CallRaw(channel, service->full_name() + "/" + method);
      const bool takes_nothing = method == "ListAccounts" || method == "ListProducts";
      EXPECT_EQ(status.error_code(),
                takes_nothing ? grpc::StatusCode::OK : grpc::StatusCode::INVALID_ARGUMENT)
          << method << ": " << status.error_message();
      ++methods;
    }
  }
  EXPECT_EQ(methods, 42);
}

TEST_F(WireTest, WhatIsNotThereIsUnimplemented) {
  const auto channel = server_.NewChannel();
  for (const char* method : {"usher.v1.AdminService/Format", "nobody.Service/Method"}) {
    EXPECT_EQ(CallRaw(channel, method).error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
  }
}

// What it becomes is known once it is inflated: so it never is, whatever the caller may do.
TEST_F(WireTest, ACompressedRequestIsRefusedBeforeItIsInflated) {
  constexpr char kUnknownField[] = "\xFA\x01\x80\x80\x80\x20";  // 31, with 64 MiB
  const std::string bomb = kUnknownField + std::string(64 * 1024 * 1024, '\0');
  for (const char* method : {"usher.v1.AdminService/WhoAmI", "usher.v1.EventService/WatchEvents"}) {
    const grpc::Status status = CallRaw(server_.NewChannel(), method, bomb, "", GRPC_COMPRESS_GZIP);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED)
        << method << ": " << status.error_message();
    EXPECT_NE(status.error_message().find("gzip"), std::string::npos) << status.error_message();
  }
}

TEST_F(WireTest, ReflectionIsServed) {
  EXPECT_NE(
      CallRaw(server_.NewChannel(), "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
          .error_code(),
      grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(WireTest, ARefusalIsReadByStockErrorDetails) {
  api_.CreateSupport();
  for (const char* name : {"ada", "bob", "cyd"}) ASSERT_TRUE(api_.Login(name).ok());
  const grpc::Status status = api_.Login("dan").status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const google::rpc::ErrorInfo info = InfoOf(status);
  EXPECT_EQ(info.reason(), "NO_IDLE_LICENSE");
  EXPECT_EQ(info.domain(), "usher");
  EXPECT_EQ(info.metadata().at("kind"), "AGENT");
  EXPECT_EQ(info.metadata().at("edition"), "");
  EXPECT_EQ(info.metadata().at("total"), "3");
  EXPECT_EQ(info.metadata().at("held"), "3");
  EXPECT_EQ(info.metadata().at("inUse"), "3");
  EXPECT_EQ(info.metadata().at("resetsLeft"), "4");
  EXPECT_EQ(status.error_message().substr(0, 57),
            "No agent license is idle: 3 of 3 are held, 3 in use. No r");
}

TEST_F(WireTest, MalformedInputNamesTheField) {
  const grpc::Status status = api_.CallInSupport(&Agents::StartSession, "email: 'ada'").status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::BadRequest bad_request;
  ASSERT_EQ(details.details_size(), 2);
  ASSERT_TRUE(details.details(1).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "email");
}

TEST_F(WireTest, FieldsAreCheckedBeforeExistence) {  // R31
  EXPECT_EQ(ReasonOf(api_.Call(&Agents::StartSession,
                               "application: 'accounts/no/applications/body' email: 'ada'")
                         .status),
            "INVALID_FIELD");
}

TEST_F(WireTest, ARepeatedRequestGetsTheFirstAnswer) {  // R28
  api_.CreateSupport();
  const std::string order =
      "items { product: 'standard-agent-package' quantity: 1 } request_id: 'order-1' ";
  const auto first = api_.AskInSupport(&Orders::CreateOrder, order);
  const auto again = api_.AskInSupport(&Orders::CreateOrder, order);
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  Restart();
  const auto after = api_.AskInSupport(&Orders::CreateOrder, order);
  EXPECT_EQ(after.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(api_.AskInSupport(&Orders::ListOrders).orders_size(), 1);
}

TEST_F(WireTest, AnotherPayloadUnderTheSameRequestIdIsRefused) {  // R28
  api_.CreateSupport();
  api_.AskInSupport(&Orders::CreateOrder,
                    "items { product: 'standard-agent-package' quantity: 1 } request_id: 'r'");
  const auto other =
      api_.CallInSupport(&Orders::CreateOrder,
                         "items { product: 'standard-agent-package' quantity: 2 } request_id: 'r'");
  EXPECT_EQ(other.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(other.status), "REQUEST_ID_REUSED");
  EXPECT_EQ(InfoOf(other.status).metadata().at("requestId"), "r");
  // Another method is another payload.
  EXPECT_EQ(ReasonOf(api_.Call(&Account::DeleteApplication,
                               "name: 'accounts/acme/applications/support' request_id: 'r'")
                         .status),
            "REQUEST_ID_REUSED");
}

TEST_F(WireTest, RequestIdsOfTwoAccountsAreTheirOwn) {  // R28
  const auto acme = api_.Ask(&Account::CreateAccount, "account_id: 'acme' request_id: 'r'");
  const auto apex = api_.Ask(&Account::CreateAccount, "account_id: 'apex' request_id: 'r'");
  EXPECT_NE(acme.account().name(), apex.account().name());
  EXPECT_EQ(
      api_.Ask(&Account::CreateAccount, "account_id: 'acme' request_id: 'r'").SerializeAsString(),
      acme.SerializeAsString());
}

TEST_F(WireTest, PreviewsAndRefusalsAreNotRemembered) {  // R28
  api_.CreateSupport();
  EXPECT_EQ(ReasonOf(api_.CallInSupport(&Licenses::ResetLicenses, "request_id: 'r'").status),
            "NOTHING_TO_RESET");
  const auto login = api_.Login("ada");
  api_.AskInSupport(&Agents::EndSession, "session_id: 1");
  const auto preview =
      api_.AskInSupport(&Licenses::ResetLicenses, "request_id: 'r' validate_only: true");
  EXPECT_EQ(preview.released_size(), 1);
  const auto reset = api_.AskInSupport(&Licenses::ResetLicenses, "request_id: 'r'");
  EXPECT_EQ(reset.allowance().used(), 1);
  const auto replay = api_.AskInSupport(&Licenses::ResetLicenses, "request_id: 'r'");
  EXPECT_EQ(replay.SerializeAsString(), reset.SerializeAsString());
}

}  // namespace
}  // namespace usher::e2e
