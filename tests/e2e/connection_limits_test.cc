// What connections may cost the server, gone past: commands in flight, calls of one connection,
// sizes of messages and headers.
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/generic/generic_stub.h"
#include "rpc/grpc_server.h"
#include "rpc/limits.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/rude_client.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

constexpr char kStartSession[] = "usher.v1.AgentService/StartSession";

std::chrono::system_clock::time_point After(std::chrono::milliseconds duration) {
  return std::chrono::system_clock::now() + duration;
}

// A login whose answer is yet to come.
struct PendingLogin {
  grpc::ClientContext context;
  v1::StartSessionResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::StartSessionResponse>> reader;
};

TEST(InFlightLimit, OneCommandMoreIsOverloadAndMayBeSentAgain) {
  constexpr int kLogins = 200;
  ServerOptions options;
  options.in_flight_max = 1;
  testing::TestServer server(options);
  Api api(server.NewChannel());
  api.CreateSupport();

  const auto stub = v1::AgentService::NewStub(server.NewChannel());
  grpc::CompletionQueue queue;
  std::list<PendingLogin> logins(kLogins);
  v1::StartSessionRequest request;
  request.set_application(kSupport);
  request.set_email("ada@example.com");
  request.set_channel(v1::CHANNEL_WEB);
  int client = 0;
  for (PendingLogin& login : logins) {
    request.set_client_id("tab-" + std::to_string(++client));
    login.context.set_deadline(After(std::chrono::seconds(30)));
    login.reader = stub->AsyncStartSession(&login.context, request, &queue);
    login.reader->Finish(&login.response, &login.status, &login);
  }
  void* tag = nullptr;
  bool ok = false;
  for (int i = 0; i < kLogins; ++i) ASSERT_TRUE(queue.Next(&tag, &ok));

  int answered = 0;
  int overloaded = 0;
  for (const PendingLogin& login : logins) {
    if (login.status.ok()) {
      ++answered;
      continue;
    }
    ++overloaded;
    EXPECT_EQ(login.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    const google::rpc::ErrorInfo info = InfoOf(login.status);
    EXPECT_EQ(info.reason(), "OVERLOADED") << login.status.error_message();
    EXPECT_EQ(info.metadata().count("limit"), 1);
    EXPECT_EQ(RetryDelayOf(login.status), rpc::kRetryDelayOverloaded);
  }
  EXPECT_GT(answered, 0);
  EXPECT_GT(overloaded, 0);
  // What was turned away holds nothing.
  EXPECT_TRUE(api.Login("bob").ok());
}

TEST(InFlightLimit, OverloadIsSaidBeforeAnythingElseOfTheCallIsLookedAt) {  // R31
  testing::TempDir data;
  ServerOptions options;
  options.data_dir = data.path();
  { const testing::TestServer server(options); }
  // The operator's token is made. From now on every command is one too many.
  options.in_flight_max = 0;
  const testing::TestServer server(options);
  const auto channel = testing::OwnChannel(server.address(), "nobody");
  grpc::ClientContext context;
  v1::StartSessionResponse response;
  const grpc::Status status = v1::AgentService::NewStub(channel)->StartSession(
      &context, v1::StartSessionRequest(), &response);
  EXPECT_EQ(InfoOf(status).reason(), "OVERLOADED") << status.error_message();

  grpc::ClientContext watching;
  v1::WatchEventsResponse event;
  const auto watch =
      v1::EventService::NewStub(channel)->WatchEvents(&watching, v1::WatchEventsRequest());
  EXPECT_FALSE(watch->Read(&event));
  EXPECT_EQ(InfoOf(watch->Finish()).reason(), "OVERLOADED");
}

// Takes all the calls that one connection may have, with requests that never come.
class StreamLimitTest : public ServerTest {
 protected:
  struct HeldCall {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  };

  void TakeAllStreams() {
    ASSERT_TRUE(channel_->WaitForConnected(After(std::chrono::seconds(20))));
    for (int i = 0; i < rpc::kConcurrentStreamsMax; ++i) {
      HeldCall& call = held_.emplace_back();
      call.stream = stub_.PrepareCall(&call.context, "/" + std::string(kStartSession), &queue_);
      call.stream->StartCall(nullptr);
      ASSERT_TRUE(Next(std::chrono::seconds(20)));
    }
  }

  // Whether an operation of the queue ends within that time.
  bool Next(std::chrono::milliseconds wait) {
    void* tag = nullptr;
    bool ok = false;
    return queue_.AsyncNext(&tag, &ok, After(wait)) == grpc::CompletionQueue::GOT_EVENT;
  }

  // All of them end, whatever became of the test.
  void TearDown() override {
    for (HeldCall& call : held_) {
      call.context.TryCancel();
      grpc::Status status;
      call.stream->Finish(&status, nullptr);
      EXPECT_TRUE(Next(std::chrono::seconds(20)));
    }
    queue_.Shutdown();
  }

  const std::shared_ptr<grpc::Channel> channel_ = server_.NewChannel();
  grpc::GenericStub stub_{channel_};
  grpc::CompletionQueue queue_;
  std::list<HeldCall> held_;
};

TEST_F(StreamLimitTest, OneCallMoreWaitsInTheClientUntilAnotherEnds) {
  TakeAllStreams();
  const auto admin = v1::AdminService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(After(std::chrono::seconds(30)));
  grpc::Status status;
  v1::WhoAmIResponse response;
  const auto reader = admin->AsyncWhoAmI(&context, v1::WhoAmIRequest(), &queue_);
  reader->Finish(&response, &status, nullptr);
  EXPECT_FALSE(Next(std::chrono::milliseconds(300)));
  // Another connection has its own.
  EXPECT_TRUE(api_.Call(&Admin::WhoAmI, "").ok());

  held_.front().context.TryCancel();
  ASSERT_TRUE(Next(std::chrono::seconds(20)));
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(StreamLimitTest, WhoOpensMoreThanItMayLosesTheConnection) {
  RudeClient polite(server_.port());
  for (int i = 0; i < rpc::kConcurrentStreamsMax; ++i) polite.OpenCall(kStartSession);
  EXPECT_FALSE(polite.IsClosedWithin(1));
  polite.OpenCall(kStartSession);
  EXPECT_TRUE(polite.IsClosedWithin(20));
  EXPECT_TRUE(api_.Call(&Admin::WhoAmI, "").ok());
}

// Calls of reflection stay open as long as their clients like, and each holds a thread.
class ReflectionLimitTest : public ServerTest {
 protected:
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  };

  ~ReflectionLimitTest() override { queue_.Shutdown(); }

  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  // Opens a call and asks for the names of the services; whether that is answered.
  bool Ask(Call& call) {
    call.context.set_deadline(After(std::chrono::seconds(30)));
    call.stream = stub_.PrepareCall(
        &call.context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue_);
    call.stream->StartCall(nullptr);
    Next();
    // ServerReflectionRequest{list_services: ""}
    const grpc::Slice request("\x3a\0", 2);
    call.stream->Write(grpc::ByteBuffer(&request, 1), nullptr);
    Next();
    grpc::ByteBuffer answer;
    call.stream->Read(&answer, nullptr);
    return Next();
  }

  grpc::Status End(Call& call) {
    grpc::Status status;
    call.stream->Finish(&status, nullptr);
    Next();
    return status;
  }

  grpc::GenericStub stub_{server_.NewChannel()};
  grpc::CompletionQueue queue_;
};

TEST_F(ReflectionLimitTest, MoreThanItsThreadsServeAreRefused) {
  std::list<Call> calls(rpc::kReflectionThreadsMax - 1);
  for (Call& call : calls) EXPECT_TRUE(Ask(call));
  Call beyond;
  EXPECT_FALSE(Ask(beyond));
  EXPECT_EQ(End(beyond).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(api_.Call(&Admin::WhoAmI, "").ok());
  for (Call& call : calls) {
    call.context.TryCancel();
    End(call);
  }
}

using SizeLimitTest = ServerTest;

TEST_F(SizeLimitTest, ABiggerMessageIsRefused) {
  const auto channel = server_.NewChannel();
  // A request of that size is one field that nobody knows.
  const auto ask = [&channel](size_t bytes) {
    constexpr size_t kHeadBytes = 5;
    const size_t length = bytes - kHeadBytes;
    std::string request = "\x7a";
    for (const int shift : {0, 7, 14}) {
      request += static_cast<char>(0x80 | (length >> shift & 0x7f));
    }
    request += static_cast<char>(length >> 21);
    return CallRaw(channel, "usher.v1.AdminService/WhoAmI", request + std::string(length, 'x'));
  };
  const grpc::Status within = ask(rpc::kReceiveBytesMax);
  EXPECT_TRUE(within.ok()) << within.error_message();
  EXPECT_EQ(ask(rpc::kReceiveBytesMax + 1).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(CallRaw(channel, "usher.v1.AdminService/WhoAmI").ok());
}

TEST_F(SizeLimitTest, BiggerMetadataIsRefused) {
  const auto ask = [this](size_t bytes) {
    const auto stub = v1::AdminService::NewStub(server_.NewChannel());
    grpc::ClientContext context;
    context.AddMetadata("x-much", std::string(bytes, 'x'));
    v1::WhoAmIResponse response;
    return stub->WhoAmI(&context, v1::WhoAmIRequest(), &response);
  };
  // The call has other headers, too.
  EXPECT_TRUE(ask(rpc::kMetadataBytesMax - 1024).ok());
  EXPECT_EQ(ask(rpc::kMetadataBytesMax + 1).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(ask(1).ok());
}

TEST_F(SizeLimitTest, BiggerMetadataEndsTheConnectionWithAllItsCalls) {
  RudeClient client(server_.port());
  client.OpenCall(kStartSession, rpc::kMetadataBytesMax - 1024);
  EXPECT_FALSE(client.IsClosedWithin(1));
  client.OpenCall(kStartSession, rpc::kMetadataBytesMax + 1);
  EXPECT_TRUE(client.IsClosedWithin(20));
  EXPECT_TRUE(api_.Call(&Admin::WhoAmI, "").ok());
}

}  // namespace
}  // namespace usher::e2e
