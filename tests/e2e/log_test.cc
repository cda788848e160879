// The log of the real binary: which lines there are, and what no line ever holds.
#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/e2e/api.h"
#include "tests/e2e/raw_call.h"
#include "tests/support/http_client.h"
#include "tests/support/test_server.h"

namespace usher::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kTraceparent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kRefused[] = "a call was refused";

using Metadata = std::vector<std::pair<std::string, std::string>>;

class LogTest : public ::testing::Test {
 protected:
  void Start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--data-dir",  data_dir(), "--listen",
                                          "127.0.0.1:0", "--http",   "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    usherd_.emplace(arguments);
    address_ = usherd_->WaitForAddress();
    ASSERT_FALSE(address_.empty()) << usherd_->output();
  }

  // All lines, once it has stopped.
  std::vector<std::string> Stop() {
    usherd_->Signal(SIGTERM);
    EXPECT_EQ(usherd_->Wait(), 0);
    return absl::StrSplit(usherd_->output(), '\n', absl::SkipEmpty());
  }
  // Those of refusals.
  std::vector<std::string> Refusals() {
    std::vector<std::string> lines = Stop();
    std::erase_if(lines, [](const auto& line) { return !absl::StrContains(line, kRefused); });
    return lines;
  }

  std::string data_dir() const { return directory_.path() + "/data"; }
  std::string OperatorSecret() const { return ReadOperatorToken(data_dir()); }
  Api As(const std::string& secret) const { return Api(testing::OwnChannel(address_, secret)); }
  Api Operator() const { return As(OperatorSecret()); }
  // A new token's secret.
  std::string MakeToken(const std::string& role) {
    return Operator()
        .Ask(&Admin::CreateToken, "display_name: 'x' account: 'accounts/acme' role: " + role)
        .secret();
  }

  // CreateAccount, with that metadata.
  grpc::Status CreateAccount(const Metadata& metadata, const std::string& id = "other") const {
    const auto stub = v1::AccountService::NewStub(testing::OwnChannel(address_));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    v1::CreateAccountRequest request;
    request.set_account_id(id);
    v1::CreateAccountResponse response;
    return stub->CreateAccount(&context, request, &response);
  }

  testing::TempDir directory_;
  std::optional<testing::UsherdProcess> usherd_;
  std::string address_;
};

TEST_F(LogTest, ARefusedAdminCallIsOneLineThatSaysWhoAndWhy) {
  Start();
  Operator().CreateSupport();
  const std::string agent = MakeToken("ROLE_AGENT");
  CreateAccount({{"authorization", "Bearer " + agent}, {"traceparent", kTraceparent}});
  CreateAccount({{"authorization", "Bearer " + OperatorSecret()}}, "acme");
  const std::vector<std::string> lines = Refusals();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("Z warning a call was refused "
                                  "method=usher.v1.AccountService/CreateAccount token=2 "
                                  "code=PermissionDenied reason=ROLE_FORBIDS peer=ipv4:127.0.0.1"));
  EXPECT_THAT(lines[0], HasSubstr(std::string(" trace_id=") + kTraceId));
  EXPECT_THAT(lines[1], HasSubstr("Z info a call was refused "
                                  "method=usher.v1.AccountService/CreateAccount token=1 "
                                  "code=AlreadyExists reason=RESOURCE_ALREADY_EXISTS peer="));
  EXPECT_THAT(lines[1], Not(HasSubstr("trace_id")));
}

TEST_F(LogTest, LoginsAreNoLines) {
  Start();
  Api api = Operator();
  api.CreateSupport();
  for (int i = 0; i < 5; ++i) api.Login("agent" + std::to_string(i));
  const std::vector<std::string> lines = Stop();
  for (const std::string& line : lines) EXPECT_THAT(line, Not(HasSubstr("StartSession"))) << line;
  // Token, probes, serves, stops, has stopped.
  EXPECT_EQ(lines.size(), 5U) << usherd_->output();
}

TEST_F(LogTest, AtDebugARefusedLoginIsALine) {
  Start({"--set", "log.level=debug"});
  Api api = Operator();
  api.CreateSupport();
  for (int i = 0; i < 5; ++i) api.Login("agent" + std::to_string(i));
  const std::vector<std::string> lines = Refusals();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("Z debug a call was refused "
                                  "method=usher.v1.AgentService/StartSession token=1 "
                                  "code=ResourceExhausted reason=NO_IDLE_LICENSE"));
}

TEST_F(LogTest, LinesBelowTheLevelAreNotWritten) {
  Start({"--set", "log.level=info"});
  Stop();
  usherd_.emplace(std::vector<std::string>{"--data-dir", data_dir(), "--listen", address_, "--set",
                                           "log.level=error", "--http", "256.1.1.1:0", "--set",
                                           "http.allow_plaintext=true"});
  EXPECT_EQ(usherd_->Wait(), 1);
  EXPECT_THAT(usherd_->output(), HasSubstr("Z error usherd can't serve: "));
  EXPECT_THAT(usherd_->output(), Not(HasSubstr("info")));
}

TEST_F(LogTest, EveryLineOfJsonIsAnObjectThatAParserReads) {
  Start({"--set", "log.format=json", "--set", "log.level=debug"});
  Operator().CreateSupport();
  CreateAccount({{"authorization", "Bearer nobody"}, {"traceparent", kTraceparent}});
  // A text that is no UTF-8, of which protobuf has something to say.
  CallRaw(testing::OwnChannel(address_, OperatorSecret()), "usher.v1.AccountService/GetAccount",
          std::string("\x0a\x02\xff\xfe", 4));
  const std::vector<std::string> lines = Stop();
  EXPECT_GE(lines.size(), 6U);
  bool refused = false;
  for (const std::string& line : lines) {
    google::protobuf::Struct object;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &object).ok()) << line;
    for (const char* key : {"time", "level", "message"}) {
      EXPECT_TRUE(object.fields().contains(key)) << line;
    }
    const auto field = [&](const std::string& key) {
      const auto found = object.fields().find(key);
      return found == object.fields().end() ? "" : found->second.string_value();
    };
    if (field("reason") != "INVALID_CREDENTIAL") continue;
    refused = true;
    EXPECT_EQ(field("message"), kRefused);
    EXPECT_EQ(field("level"), "warning");
    EXPECT_EQ(field("method"), "usher.v1.AccountService/CreateAccount");
    EXPECT_EQ(field("token"), "none");
    EXPECT_EQ(field("code"), "Unauthenticated");
    EXPECT_EQ(field("trace_id"), kTraceId);
    EXPECT_EQ(field("parent_id"), "00f067aa0ba902b7");
  }
  EXPECT_TRUE(refused) << usherd_->output();
}

TEST_F(LogTest, ATraceparentOfAnotherFormIsPassedOver) {
  Start();
  const std::string authorization = "Bearer " + OperatorSecret();
  CreateAccount({{"authorization", authorization}, {"traceparent", "00-forged trace_id=1"}}, "!");
  CreateAccount({{"authorization", authorization},
                 {"traceparent", kTraceparent},
                 {"traceparent", kTraceparent}},
                "!");
  const std::vector<std::string> lines = Refusals();
  ASSERT_EQ(lines.size(), 2U);
  for (const std::string& line : lines) EXPECT_THAT(line, Not(HasSubstr("trace_id"))) << line;
}

TEST_F(LogTest, BadCredentialsCauseABoundedNumberOfLines) {
  Start();
  for (int i = 0; i < 100; ++i) CreateAccount({{"authorization", "Bearer guess"}});
  EXPECT_EQ(Refusals().size(), 10U);
}

// Secrets that are valid, were valid or are none, in every place where a caller can put one.
TEST_F(LogTest, NoLineHoldsASecretWhereverOneWasSent) {
  Start({"--set", "log.level=debug"});
  Operator().CreateSupport();
  const std::string secret = "s3cr3t-that-nobody-may-read";
  const std::string made = MakeToken("ROLE_ADMIN");
  const std::string bearer = "Bearer " + OperatorSecret();

  const std::vector<Metadata> headers = {
      {{"authorization", "Bearer " + secret}},
      {{"authorization", secret}},
      {{"authorization", "Basic " + secret}},
      {{"authorization", bearer}, {"authorization", "Bearer " + secret}},
      {{"authorization", "Bearer " + made}},
      {{"authorization", bearer}, {"traceparent", secret}},
      {{"authorization", bearer}, {"traceparent", std::string(kTraceparent) + "-" + secret}},
      {{"authorization", bearer}, {"x-token", secret}, {"cookie", secret}, {"x-t-bin", secret}},
      {{"authorization", "Bearer " + made + " x"}},
  };
  for (const Metadata& metadata : headers) CreateAccount(metadata, "!" + secret);

  Api api = Operator();
  const auto quoted = [&](const std::string& before) { return before + "'" + secret + "'"; };
  api.Call(&Admin::CreateToken,
           quoted("account: 'accounts/acme' role: ROLE_VIEWER display_name: "));
  api.Call(&Admin::CreateToken, quoted("role: ROLE_VIEWER account: "));
  api.Call(&Admin::RevokeToken, "token_id: '" + secret + "'");
  api.Call(&Admin::RevokeToken, "token_id: '" + made + "'");
  api.Call(&Admin::ListTokens, quoted("page_token: "));
  api.Call(&Account::CreateAccount, quoted("account_id: "));
  api.Call(&Account::CreateAccount, quoted("account_id: 'x' time_zone: "));
  api.Call(&Events::ListEvents, quoted("parent: 'accounts/acme' page_token: "));
  api.CallInSupport(&Agents::StartSession, quoted("channel: CHANNEL_WEB email: "));
  api.CallInSupport(&Orders::CreateOrder, quoted("items { quantity: 1 product: ") + " }");
  As(made).Call(&Account::ListAccounts, "");
  As(secret).Call(&Admin::WhoAmI, "");

  const auto channel = testing::OwnChannel(address_, secret);
  CallRaw(channel, "usher.v1.AdminService/" + secret);
  CallRaw(channel, secret + "/WhoAmI", secret);
  CallRaw(testing::OwnChannel(address_, OperatorSecret()), "usher.v1.AdminService/RevokeToken",
          "\x0a\x20" + secret + "\xff\xff\xff\xff\xff");

  const std::string http = usherd_->HttpAddress();
  testing::HttpClient client(std::stoi(http.substr(http.find(':') + 1)));
  client.Send("GET /" + secret + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + bearer + "\r\n\r\n");
  EXPECT_EQ(client.Read().status, 404);
  client.Send(secret + "\r\n\r\n");
  EXPECT_EQ(client.Read().status, 400);

  const std::string operators = OperatorSecret();
  const std::vector<std::string> lines = Stop();
  EXPECT_GT(lines.size(), 20U) << usherd_->output();
  for (const std::string& line : lines) {
    EXPECT_THAT(line, Not(HasSubstr(secret)));
    EXPECT_THAT(line, Not(HasSubstr(made)));
    EXPECT_THAT(line, Not(HasSubstr(operators)));
  }
}

}  // namespace
}  // namespace usher::e2e
