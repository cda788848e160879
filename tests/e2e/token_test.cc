// Who may do what, asked of the real server: every method with every role, and without one.
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "auth/method_table.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/server_fixture.h"
#include "usher/v1/admin_service.grpc.pb.h"

namespace usher::e2e {
namespace {

using entitlement::Role;

constexpr char kAcme[] = "accounts/acme";

struct Credential {
  std::string id;
  std::string secret;
};

class TokenTest : public ServerTest {
 protected:
  void SetUp() override {
    api_.CreateSupport();
    api_.Ask(&Account::CreateAccount, "account_id: 'other'");
  }

  // What a call is answered that sends `request` with `secret`; without a token where it is empty.
  grpc::Status Send(const std::string& method, const std::string& request,
                    const std::string& secret) {
    return CallRaw(channel_, method, request, secret);
  }

  Credential Create(Role role, const std::string& account = kAcme) {
    const auto made = api_.Ask(
        &Admin::CreateToken,
        absl::StrCat("display_name: 'desk' role: ", static_cast<int>(role),
                     role == Role::kOperator ? "" : absl::StrCat(" account: '", account, "'")));
    return {.id = made.token().token_id(), .secret = made.secret()};
  }

  // Every method that is served, with its request's type.
  static std::map<std::string, const google::protobuf::Descriptor*> Methods() {
    std::map<std::string, const google::protobuf::Descriptor*> methods;
    for (const char* name : {"AccountService", "OrderService", "LicenseService", "AgentService",
                             "PhoneService", "VoiceService", "EventService", "AdminService"}) {
      const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          absl::StrCat("usher.v1.", name));
      for (int i = 0; i < service->method_count(); ++i) {
        const auto* method = service->method(i);
        methods[absl::StrCat(service->full_name(), "/", method->name())] = method->input_type();
      }
    }
    return methods;
  }

  // A request that names the account, or an application of it, and nothing else.
  std::string Naming(const google::protobuf::Descriptor& type, const std::string& account) {
    const std::unique_ptr<google::protobuf::Message> request(messages_.GetPrototype(&type)->New());
    for (const char* name : {"application", "account", "name", "parent"}) {
      const auto* field = type.FindFieldByName(name);
      if (field == nullptr) continue;
      const bool whole = name == std::string("account") || name == std::string("parent") ||
                         type.name() == "GetAccountRequest" ||
                         type.name() == "UpdateAccountRequest";
      request->GetReflection()->SetString(request.get(), field,
                                          whole ? account : account + "/applications/support");
      break;
    }
    // A watch that is let in is refused for its fields, so that the call ends.
    if (const auto* token = type.FindFieldByName("resume_token"); token != nullptr) {
      request->GetReflection()->SetString(request.get(), token, "made by nobody");
    }
    return request->SerializeAsString();
  }
  // An empty request, but for methods that are another thing without a parent.
  std::string RequestOf(const google::protobuf::Descriptor& type) {
    return type.FindFieldByName("parent") != nullptr ? Naming(type, kAcme) : "";
  }

  const std::shared_ptr<grpc::Channel> channel_ = testing::OwnChannel(server_.address());
  google::protobuf::DynamicMessageFactory messages_;
};

TEST_F(TokenTest, NoMethodAnswersWithoutAValidToken) {
  const Credential revoked = Create(Role::kOperator);
  ASSERT_TRUE(api_.Call(&Admin::RevokeToken, absl::StrCat("token_id: '", revoked.id, "'")).ok());
  const auto expiring =
      api_.Ask(&Admin::CreateToken,
               absl::StrCat("display_name: 'x' role: ROLE_OPERATOR expire_time { seconds: ",
                            absl::ToUnixSeconds(absl::Now()) + 1, " }"));
  absl::SleepFor(absl::Seconds(2));
  for (const auto& [method, type] : Methods()) {
    for (const std::string& secret :
         {std::string(), std::string("usher_wrong"), revoked.secret, expiring.secret()}) {
      const grpc::Status status = Send(method, "", secret);
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << method;
      EXPECT_EQ(ReasonOf(status), "INVALID_CREDENTIAL") << method;
    }
  }
}

TEST_F(TokenTest, EveryMethodAdmitsItsRolesAndNoOthers) {
  for (const Role role : entitlement::kRoles) {
    const std::string secret = Create(role).secret;
    for (const auto& [method, type] : Methods()) {
      const grpc::Status status = Send(method, RequestOf(*type), secret);
      const bool admitted = auth::RolesOf(method).Has(role);
      EXPECT_EQ(ReasonOf(status) == "ROLE_FORBIDS", !admitted)
          << method << " as " << ToString(role) << ": " << status.error_message();
      EXPECT_NE(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << method;
      if (admitted) continue;
      EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
      EXPECT_EQ(InfoOf(status).metadata().at("role"), ToString(role));
      EXPECT_EQ(InfoOf(status).metadata().at("method"), method);
    }
  }
}

// A stranger is told the same of an account that exists and of one that does not.
TEST_F(TokenTest, ATokenOfAnotherAccountLearnsNothing) {
  for (const Role role : {Role::kViewer, Role::kAgent, Role::kAdmin}) {
    const std::string secret = Create(role, "accounts/other").secret;
    for (const auto& [method, type] : Methods()) {
      if (!auth::RolesOf(method).Has(role)) continue;
      const std::string named = Naming(*type, kAcme);
      if (named.empty()) continue;
      const grpc::Status status = Send(method, named, secret);
      EXPECT_EQ(ReasonOf(status), "ROLE_FORBIDS") << method << " as " << ToString(role);
      const grpc::Status nobody = Send(method, Naming(*type, "accounts/nobody"), secret);
      EXPECT_EQ(nobody.error_message(), status.error_message()) << method;
      EXPECT_NE(ReasonOf(Send(method, Naming(*type, "accounts/other"), secret)), "ROLE_FORBIDS")
          << method;
    }
  }
}

TEST_F(TokenTest, RevocationHoldsForTheNextCallAndOverARestart) {
  const Credential token = Create(Role::kViewer);
  const std::string whoami = "usher.v1.AdminService/WhoAmI";
  EXPECT_TRUE(Send(whoami, "", token.secret).ok());
  api_.Ask(&Admin::RevokeToken, absl::StrCat("token_id: '", token.id, "'"));
  EXPECT_FALSE(Send(whoami, "", token.secret).ok());
  const Credential other = Create(Role::kViewer);
  Restart();
  Api kept(testing::OwnChannel(server_.address(), other.secret));
  EXPECT_EQ(kept.Ask(&Admin::WhoAmI, "").token().token_id(), other.id);
  Api gone(testing::OwnChannel(server_.address(), token.secret));
  EXPECT_FALSE(gone.Call(&Admin::WhoAmI, "").ok());
}

TEST_F(TokenTest, TheJournalNamesTheTokenAsActor) {  // R29
  const auto admin = api_.Ask(
      &Admin::CreateToken, "display_name: 'Berlin desk' role: ROLE_ADMIN account: 'accounts/acme'");
  Api desk(testing::OwnChannel(server_.address(), admin.secret()));
  const auto order = desk.AskInSupport(&Orders::CreateOrder,
                                       "items { product: 'standard-agent-package' quantity: 1 }");
  EXPECT_EQ(order.order().actor(), "Berlin desk");
}

TEST_F(TokenTest, AnAdministratorMakesTokensOfTheOwnAccountUpToTheOwnRole) {
  Api admin(testing::OwnChannel(server_.address(), Create(Role::kAdmin).secret));
  EXPECT_TRUE(
      admin.Call(&Admin::CreateToken, "display_name: 'x' role: ROLE_AGENT account: 'accounts/acme'")
          .ok());
  for (const char* request : {"display_name: 'x' role: ROLE_OPERATOR",
                              "display_name: 'x' role: ROLE_VIEWER account: 'accounts/other'",
                              "display_name: 'x' role: ROLE_VIEWER account: 'accounts/nobody'"}) {
    EXPECT_EQ(ReasonOf(admin.Call(&Admin::CreateToken, request).status), "ROLE_FORBIDS") << request;
  }
  // The operator's and the other account's are not there.
  const auto listed = admin.Ask(&Admin::ListTokens, "");
  for (const auto& token : listed.tokens()) {
    EXPECT_EQ(token.account(), kAcme);
  }
  EXPECT_EQ(ReasonOf(admin.Call(&Admin::RevokeToken, "token_id: '1'").status),
            "RESOURCE_NOT_FOUND");
}

TEST_F(TokenTest, AccountsAreListedForWhoeverMaySeeThem) {
  Api viewer(testing::OwnChannel(server_.address(), Create(Role::kViewer).secret));
  const auto seen = viewer.Ask(&Account::ListAccounts, "");
  ASSERT_EQ(seen.accounts_size(), 1);
  EXPECT_EQ(seen.accounts(0).name(), kAcme);
  EXPECT_EQ(api_.Ask(&Account::ListAccounts, "").accounts_size(), 2);
}

TEST_F(TokenTest, EndingAnothersSessionByForceIsAnAdministrators) {
  const auto login = api_.Login("ada");
  Api agent(testing::OwnChannel(server_.address(), Create(Role::kAgent).secret));
  EXPECT_EQ(ReasonOf(agent.CallInSupport(&Agents::EndSession, "session_id: 1 forced: true").status),
            "ROLE_FORBIDS");
  EXPECT_TRUE(agent.CallInSupport(&Agents::EndSession, "session_id: 1").ok());
}

TEST_F(TokenTest, TheLastOperatorsTokenStays) {
  EXPECT_EQ(ReasonOf(api_.Call(&Admin::RevokeToken, "token_id: '1'").status),
            "LAST_OPERATOR_TOKEN");
}

TEST_F(TokenTest, FieldsAreChecked) {
  for (const auto& [request, field] : std::map<std::string, std::string>{
           {"role: ROLE_VIEWER account: 'accounts/acme'", "display_name"},
           // R29: the journal's name for time itself.
           {"display_name: 'system' role: ROLE_OPERATOR", "display_name"},
           {"display_name: 'x' account: 'accounts/acme'", "role"},
           {"display_name: 'x' role: ROLE_VIEWER", "account"},
           {"display_name: 'x' role: ROLE_OPERATOR account: 'accounts/acme'", "account"},
           {"display_name: 'x' role: ROLE_OPERATOR expire_time { seconds: 1 }", "expire_time"}}) {
    const auto refused = api_.Call(&Admin::CreateToken, request);
    EXPECT_EQ(ReasonOf(refused.status), "INVALID_FIELD") << request;
    EXPECT_EQ(InfoOf(refused.status).metadata().at("field"), field) << request;
  }
  for (const char* id : {"x", "+1", "01", " 1", "1 ", "0", "-1", ""}) {
    EXPECT_EQ(ReasonOf(api_.Call(&Admin::RevokeToken, absl::StrCat("token_id: '", id, "'")).status),
              "INVALID_FIELD")
        << id;
  }
}

TEST_F(TokenTest, ReflectionTakesAnyToken) {
  const auto ask = [this](const std::string& secret) {
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    if (!secret.empty()) context.AddMetadata("authorization", "Bearer " + secret);
    const auto next = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    const auto stream = stub.PrepareCall(
        &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
    stream->StartCall(nullptr);
    next();
    // ServerReflectionRequest{list_services: ""}
    grpc::Slice request("\x3a\0", 2);
    stream->Write(grpc::ByteBuffer(&request, 1), nullptr);
    next();
    grpc::ByteBuffer answer;
    stream->Read(&answer, nullptr);
    const bool answered = next();
    context.TryCancel();
    grpc::Status status;
    stream->Finish(&status, nullptr);
    next();
    return answered;
  };
  EXPECT_TRUE(ask(Create(Role::kViewer).secret));
  EXPECT_FALSE(ask(""));
  EXPECT_FALSE(ask("usher_wrong"));
}

TEST_F(TokenTest, ManyBadTokensWriteNothing) {
  const auto log = [this] {
    const std::string path = server_.data_dir() + "/usher.db-wal";
    return std::pair(std::filesystem::file_size(path), std::filesystem::last_write_time(path));
  };
  v1::StartSessionRequest login;
  login.set_application(kSupport);
  login.set_email("ada@example.com");
  login.set_channel(v1::CHANNEL_WEB);
  login.set_client_id("tab-1");
  const auto send = [this, &login](const std::string& secret) {
    return Send("usher.v1.AgentService/StartSession", login.SerializeAsString(), secret);
  };
  const std::string good = Create(Role::kAgent).secret;
  int written = 0;
  for (int hundred = 0; hundred < 10; ++hundred) {
    const auto before = log();
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(send(absl::StrCat("usher_", hundred, i)).ok());
    if (log() != before) ++written;
  }
  // The month's figures of what was made ready are stored some seconds later, once.
  EXPECT_LE(written, 1);
  // Had one of them been let in, it would show.
  const auto before = log();
  EXPECT_TRUE(send(good).ok());
  EXPECT_NE(log(), before);
}

}  // namespace
}  // namespace usher::e2e
