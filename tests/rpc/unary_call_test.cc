// The completion-queue server, with the contract's GetAccount for its only method.
#include "rpc/unary_call.h"

#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "rpc/grpc_server.h"
#include "rpc/limits.h"
#include "usher/v1/account_service.grpc.pb.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::rpc {
namespace {

using Service = v1::AccountService::AsyncService;
using GetAccountResponder = Responder<v1::GetAccountRequest, v1::GetAccountResponse>;

void Echo(const grpc::ServerContext&, GetAccountResponder responder) {
  responder.message().mutable_account()->set_name(responder.request().name());
  responder.Answer();
}

// A server of GetAccount with a handler, and a client of it.
class UnaryCallTest : public ::testing::Test {
 protected:
  // Whose thread serves: the server's own, or who waits at its host.
  enum class Server : char { kAlone, kHosted };

  void Serve(UnaryMethod<v1::GetAccountRequest, v1::GetAccountResponse>::Handler handler,
             Server server = Server::kAlone) {
    server_ = std::make_unique<GrpcServer>(GrpcServerOptions{.listen = "127.0.0.1:0"});
    auto* service = server_->calls().Serve<Service>();
    server_->calls().Add(service, &Service::RequestGetAccount, std::move(handler));
    ASSERT_TRUE(server_->Start().ok());
    if (server == Server::kAlone) server_->ServeAlone();
    stub_ = v1::AccountService::NewStub(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
  }

  grpc::Status Get(const std::string& name, std::string* answer = nullptr) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    v1::GetAccountRequest request;
    request.set_name(name);
    v1::GetAccountResponse response;
    const grpc::Status status = stub_->GetAccount(&context, request, &response);
    if (answer != nullptr) *answer = response.account().name();
    return status;
  }

  void Stop(absl::Duration grace = absl::Seconds(10)) {
    server_->StopServing(grace);
    server_->Finish();
  }

  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::AccountService::Stub> stub_;
};

TEST_F(UnaryCallTest, EveryCallGetsItsOwnAnswer) {
  Serve(Echo);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string name = std::to_string(t) + "/" + std::to_string(i);
        std::string answer;
        EXPECT_TRUE(Get(name, &answer).ok());
        EXPECT_EQ(answer, name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(UnaryCallTest, MoreCallsMayBeUnderWayThanArePosted) {
  constexpr int kCalls = 4 * kCallsPosted;
  std::mutex mutex;
  std::condition_variable all_here;
  std::vector<GetAccountResponder> waiting;
  Serve([&](const grpc::ServerContext&, GetAccountResponder responder) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(responder));
    all_here.notify_all();
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kCalls; ++i) {
    threads.emplace_back([this, i] {
      std::string answer;
      EXPECT_TRUE(Get(std::to_string(i), &answer).ok());
      EXPECT_EQ(answer, std::to_string(i));
    });
  }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(
      all_here.wait_for(lock, std::chrono::seconds(30), [&] { return waiting.size() == kCalls; }));
  for (GetAccountResponder& responder : waiting) {
    responder.message().mutable_account()->set_name(responder.request().name());
    responder.Answer();
  }
  waiting.clear();
  lock.unlock();
  for (std::thread& thread : threads) thread.join();
}

TEST_F(UnaryCallTest, RefusalsCarryTheirDetails) {
  Serve([](const grpc::ServerContext&, GetAccountResponder responder) {
    responder.Refuse({grpc::StatusCode::NOT_FOUND, "There is none.", "details"});
  });
  const grpc::Status status = Get("x");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "There is none.");
  EXPECT_EQ(status.error_details(), "details");
}

// The engine's thread is at the host, and is woken by each command that a handler submits: it
// should find all calls of the moment when it comes back.
TEST_F(UnaryCallTest, AHostServesWhatIsThereWhateverItsHandlersWake) {
  constexpr int kCalls = 16;
  std::atomic<int> handled = 0;
  Serve(
      [&](const grpc::ServerContext& context, GetAccountResponder responder) {
        server_->host()->Wake();
        ++handled;
        Echo(context, std::move(responder));
      },
      Server::kHosted);
  std::vector<std::thread> callers;
  // Nobody accepts a connection before somebody waits.
  callers.emplace_back([this] { EXPECT_TRUE(Get("first").ok()); });
  while (handled == 0) server_->host()->Wait(absl::Milliseconds(100), engine::Expected::kAnytime);
  for (int i = 0; i < kCalls; ++i) {
    callers.emplace_back([this] { EXPECT_TRUE(Get("x").ok()); });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  // Some calls may come late on a busy machine, and the end of an answer may end a wait.
  int waits = 0;
  for (; waits < 100 && handled < 1 + kCalls; ++waits) {
    server_->host()->Wait(absl::Seconds(10), engine::Expected::kAnytime);
  }
  EXPECT_LT(waits, kCalls / 2);
  EXPECT_EQ(handled, 1 + kCalls);
  server_->ServeAlone();
  for (std::thread& caller : callers) caller.join();
}

// Whether it is expected soon, and then comes while the host polls or later, or is not.
TEST_F(UnaryCallTest, AnotherThreadEndsAWaitAlsoOneThatComesLater) {
  Serve(Echo, Server::kHosted);
  const auto begun = std::chrono::steady_clock::now();
  for (const engine::Expected wake : {engine::Expected::kAnytime, engine::Expected::kSoon}) {
    // What the waiting thread itself wakes is nothing.
    std::thread([this] { server_->host()->Wake(); }).join();
    server_->host()->Wait(absl::Seconds(30), wake);
    for (const auto after : {std::chrono::microseconds(100), std::chrono::microseconds(50'000)}) {
      std::thread waker([&] {
        std::this_thread::sleep_for(after);
        server_->host()->Wake();
      });
      server_->host()->Wait(absl::Seconds(30), wake);
      waker.join();
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  server_->ServeAlone();
}

int64_t TimesThisThreadSlept() {
  rusage usage{};
  EXPECT_EQ(getrusage(RUSAGE_THREAD, &usage), 0);
  return usage.ru_nvcsw;
}

// On a busy machine it sleeps most of the time, so once is enough.
TEST_F(UnaryCallTest, AHostStaysAwakeForAWakeThatIsExpectedSoon) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "whoever polls needs a second core";
  Serve(Echo, Server::kHosted);
  bool stayed_awake = false;
  const auto give_up = BusyPoll::Clock::now() + std::chrono::seconds(30);
  while (!stayed_awake && BusyPoll::Clock::now() < give_up) {
    std::atomic<bool> waits = false;
    std::thread waker([&] {
      while (!waits) std::this_thread::yield();
      std::this_thread::sleep_for(BusyPoll::kLongest / 4);
      server_->host()->Wake();
    });
    const int64_t before = TimesThisThreadSlept();
    waits = true;
    server_->host()->Wait(absl::Seconds(30), engine::Expected::kSoon);
    stayed_awake = TimesThisThreadSlept() == before;
    waker.join();
  }
  EXPECT_TRUE(stayed_awake);
  server_->ServeAlone();
}

// On a busy machine it may take longer all the same, so once is enough.
TEST_F(UnaryCallTest, AHostThatMustNotWaitDoesNotPollEither) {
  Serve(Echo, Server::kHosted);
  bool at_once = false;
  for (int i = 0; i < 100 && !at_once; ++i) {
    const auto begun = BusyPoll::Clock::now();
    server_->host()->Wait(absl::ZeroDuration(), engine::Expected::kSoon);
    at_once = BusyPoll::Clock::now() - begun < BusyPoll::kLongest;
  }
  EXPECT_TRUE(at_once);
  server_->ServeAlone();
}

TEST_F(UnaryCallTest, AHostThatExpectsAWakeServesCallsMeanwhile) {
  Serve(Echo, Server::kHosted);
  std::atomic<bool> answered = false;
  std::thread caller([&] {
    EXPECT_TRUE(Get("x").ok());
    answered = true;
  });
  while (!answered) server_->host()->Wait(absl::Milliseconds(10), engine::Expected::kSoon);
  caller.join();
  server_->ServeAlone();
}

TEST_F(UnaryCallTest, ADroppedCallIsAnswered) {
  Serve([](const grpc::ServerContext&, GetAccountResponder responder) {
    const GetAccountResponder dropped = std::move(responder);
  });
  EXPECT_EQ(Get("x").error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(UnaryCallTest, AServiceThatIsNotServedIsUnimplemented) {
  Serve(Echo);
  const auto stub = v1::VoiceService::NewStub(grpc::CreateChannel(
      "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::GetCallResponse response;
  EXPECT_EQ(stub->GetCall(&context, v1::GetCallRequest(), &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(UnaryCallTest, AMessageBeyondTheReceiveLimitIsRefused) {
  Serve(Echo);
  EXPECT_TRUE(Get(std::string(kReceiveBytesMax - 64, 'x')).ok());
  EXPECT_EQ(Get(std::string(kReceiveBytesMax + 1, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(UnaryCallTest, MetadataBeyondItsLimitIsRefused) {
  Serve(Echo);
  grpc::ClientContext context;
  context.AddMetadata("x-much", std::string(kMetadataBytesMax + 1, 'x'));
  v1::GetAccountResponse response;
  EXPECT_EQ(stub_->GetAccount(&context, v1::GetAccountRequest(), &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(UnaryCallTest, ShutdownLetsCallsUnderWayBeAnswered) {
  std::mutex mutex;
  std::condition_variable here;
  std::vector<GetAccountResponder> waiting;
  Serve([&](const grpc::ServerContext&, GetAccountResponder responder) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(responder));
    here.notify_all();
  });
  std::thread caller([this] {
    std::string answer;
    EXPECT_TRUE(Get("x", &answer).ok());
    EXPECT_EQ(answer, "late");
  });
  {
    std::unique_lock lock(mutex);
    here.wait(lock, [&] { return !waiting.empty(); });
  }
  std::thread stopper([this] { Stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  waiting[0].message().mutable_account()->set_name("late");
  waiting[0].Answer();
  stopper.join();
  caller.join();
  EXPECT_EQ(Get("y").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(UnaryCallTest, ShutdownCancelsWhatDoesNotEndAndStillWaitsForItsAnswer) {
  std::mutex mutex;
  std::condition_variable here;
  std::vector<GetAccountResponder> waiting;
  Serve([&](const grpc::ServerContext&, GetAccountResponder responder) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(responder));
    here.notify_all();
  });
  std::thread caller([this] { EXPECT_FALSE(Get("x").ok()); });
  {
    std::unique_lock lock(mutex);
    here.wait(lock, [&] { return !waiting.empty(); });
  }
  server_->StopServing(absl::Milliseconds(50));
  caller.join();
  // Finish would wait for this answer, which goes nowhere.
  waiting[0].Answer();
  waiting.clear();
  server_->Finish();
}

TEST_F(UnaryCallTest, AServerThatNeverServedACallShutsDown) {
  Serve(Echo);
  Stop();
  Stop();
}

TEST(GrpcServer, APortInUseIsSaid) {
  GrpcServer first({.listen = "127.0.0.1:0"});
  first.calls().Serve<Service>();
  ASSERT_TRUE(first.Start().ok());
  const std::string address = "127.0.0.1:" + std::to_string(first.port());
  GrpcServer second({.listen = address});
  second.calls().Serve<Service>();
  const absl::Status status = second.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(status.message()).find(address), std::string::npos);
}

}  // namespace
}  // namespace usher::rpc
