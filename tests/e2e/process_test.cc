// The real binary: its command line, its signals, its data directory.
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/options.h"
#include "tests/e2e/api.h"
#include "tests/support/http_client.h"
#include "tests/support/test_server.h"

namespace usher::e2e {
namespace {

using testing::TempDir;
using testing::UsherdProcess;

std::vector<std::string> On(const TempDir& dir, const std::string& listen = "127.0.0.1:0") {
  return {"--data-dir", dir.path() + "/data", "--listen", listen};
}

// A channel for the operator to the server on that directory.
std::shared_ptr<grpc::Channel> ChannelTo(const TempDir& dir, const std::string& address) {
  return testing::OwnChannel(address, ReadOperatorToken(dir.path() + "/data"));
}

bool Says(const UsherdProcess& process, const std::string& text) {
  return process.output().find(text) != std::string::npos;
}

TEST(Usherd, StartsFromNothingAndStopsOnSigterm) {
  const TempDir dir;
  UsherdProcess usherd(On(dir));
  const std::string address = usherd.WaitForAddress();
  ASSERT_FALSE(address.empty()) << usherd.output();
  Api(ChannelTo(dir, address)).CreateSupport();
  usherd.Signal(SIGTERM);
  EXPECT_EQ(usherd.Wait(), kExitOk);
  EXPECT_TRUE(Says(usherd, "usherd " + std::string(Version()) + " serves on 127.0.0.1:"));
  EXPECT_TRUE(Says(usherd, "has stopped")) << usherd.output();
}

// gRPC accepts nothing more once it has found no descriptor for a connection: who asks whether the
// server is alive is told so, that it may be started anew.
TEST(Usherd, OnceItAcceptsNoMoreConnectionsItIsNotAlive) {
  const TempDir dir;
  std::vector<std::string> arguments = On(dir);
  arguments.insert(arguments.end(), {"--http", "127.0.0.1:0"});
  UsherdProcess usherd(arguments);
  const std::string address = usherd.WaitForAddress();
  ASSERT_FALSE(address.empty()) << usherd.output();
  const std::string http = usherd.HttpAddress();
  const int port = std::stoi(http.substr(http.find(':') + 1));
  EXPECT_EQ(testing::HttpClient(port).Get("/livez").status, 200);
  const auto descriptors =
      std::filesystem::directory_iterator("/proc/" + std::to_string(usherd.pid()) + "/fd");
  const auto open = static_cast<rlim_t>(std::distance(begin(descriptors), end(descriptors)));
  constexpr rlim_t kLeft = 4;
  rlimit few{.rlim_cur = open + kLeft, .rlim_max = open + kLeft};
  ASSERT_EQ(prlimit(usherd.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  {
    std::vector<std::shared_ptr<grpc::Channel>> channels;
    for (rlim_t i = 0; i < 2 * kLeft; ++i) {
      channels.push_back(ChannelTo(dir, address));
      channels.back()->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(1));
    }
  }
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  testing::HttpResponse alive;
  do {
    absl::SleepFor(absl::Milliseconds(50));
    alive = testing::HttpClient(port).Get("/livez");
  } while (alive.status != 503 && absl::Now() < patience);
  EXPECT_EQ(alive.status, 503);
  EXPECT_EQ(alive.body, "stuck: no new connection is accepted any more\n");
  usherd.Signal(SIGTERM);
  EXPECT_EQ(usherd.Wait(), kExitOk);
  EXPECT_TRUE(Says(usherd, "no new connection is accepted any more")) << usherd.output();
}

TEST(Usherd, SigtermAnswersWhatWasAcceptedAndLosesNothing) {  // R30
  const TempDir dir;
  constexpr int kThreads = 8;
  // The last session that each thread was answered.
  std::vector<std::atomic<int64_t>> answered(kThreads);
  std::atomic<bool> stopping = false;
  std::string said;
  {
    UsherdProcess usherd(On(dir));
    const std::string address = usherd.WaitForAddress();
    ASSERT_FALSE(address.empty()) << usherd.output();
    Api api(ChannelTo(dir, address));
    api.CreateSupport();
    api.AskInSupport(&Orders::CreateOrder,
                     "items { product: 'standard-agent-package' quantity: 2 }");
    std::vector<std::thread> threads;
    for (size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        Api mine(ChannelTo(dir, address));
        for (int i = 0; true; ++i) {
          const auto login = mine.Login("agent" + std::to_string(t), "tab-" + std::to_string(i));
          if (!login.ok()) {
            const bool fine = login.status.error_code() == grpc::StatusCode::UNAVAILABLE;
            EXPECT_TRUE(fine) << login.status.error_code() << login.status.error_message();
            if (stopping || !fine) return;
            // Nobody has stopped the server yet, so this one tries again, as a client does.
            std::cerr << "unavailable before the stop: " << login.status.error_message() << '\n';
            absl::SleepFor(absl::Milliseconds(20));
            continue;
          }
          answered[t] = login->session().session_id();
        }
      });
    }
    // In the middle of it: each thread has been answered, and asks on.
    const absl::Time give_up = absl::Now() + absl::Seconds(30);
    const auto unanswered = [](const auto& session) { return session.load() == 0; };
    while (absl::c_any_of(answered, unanswered) && absl::Now() < give_up) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    stopping = true;
    usherd.Signal(SIGTERM);
    EXPECT_EQ(usherd.Wait(), kExitOk) << usherd.output();
    said = usherd.output();
    for (std::thread& thread : threads) thread.join();
  }

  UsherdProcess usherd(On(dir));
  Api api(ChannelTo(dir, usherd.WaitForAddress()));
  for (size_t t = 0; t < kThreads; ++t) {
    EXPECT_GT(answered[t], 0) << "thread " << t << "; the server said:\n" << said;
    const auto sessions = api.AskInSupport(&Agents::ListSessions,
                                           "email: 'agent" + std::to_string(t) + "@example.com'");
    ASSERT_EQ(sessions.sessions_size(), 1);
    EXPECT_EQ(sessions.sessions(0).session_id(), answered[t]);
  }
}

TEST(Usherd, KilledItLosesNothingThatItAnswered) {  // R30
  const TempDir dir;
  int64_t session = 0;
  {
    UsherdProcess usherd(On(dir));
    Api api(ChannelTo(dir, usherd.WaitForAddress()));
    api.CreateSupport();
    for (int i = 0; i < 20; ++i) {
      session = api.Login("ada", "tab-" + std::to_string(i))->session().session_id();
    }
    usherd.Signal(SIGKILL);
    EXPECT_EQ(usherd.Wait(), 128 + SIGKILL);
  }
  UsherdProcess usherd(On(dir));
  Api api(ChannelTo(dir, usherd.WaitForAddress()));
  EXPECT_EQ(api.AskInSupport(&Agents::ListSessions).sessions(0).session_id(), session);
}

TEST(Usherd, ASecondServerOnTheDataDirectoryIsRefused) {
  const TempDir dir;
  UsherdProcess first(On(dir));
  const std::string address = first.WaitForAddress();
  ASSERT_FALSE(address.empty());
  UsherdProcess second(On(dir));
  EXPECT_EQ(second.Wait(), kExitFailure);
  EXPECT_TRUE(Says(second, "can't serve")) << second.output();
  EXPECT_TRUE(Says(second, dir.path() + "/data")) << second.output();
  // The first one serves on.
  EXPECT_TRUE(Api(ChannelTo(dir, address)).Call(&Account::ListAccounts, "").ok());
}

TEST(Usherd, ANewOperatorTokenIsMadeOnceAndOpensTheServer) {
  const TempDir dir;
  std::vector<std::string> arguments = On(dir);
  {
    UsherdProcess usherd(arguments);
    ASSERT_FALSE(usherd.WaitForAddress().empty()) << usherd.output();
  }
  const std::string first = ReadOperatorToken(dir.path() + "/data");
  arguments.emplace_back("--new-operator-token");
  UsherdProcess usherd(arguments);
  EXPECT_EQ(usherd.Wait(), kExitOk) << usherd.output();
  const size_t said = usherd.output().find("a token for the operator is in ");
  EXPECT_NE(said, std::string::npos) << usherd.output();
  EXPECT_EQ(usherd.output().find("a token for the operator is in ", said + 1), std::string::npos);
  EXPECT_NE(ReadOperatorToken(dir.path() + "/data"), first);
  UsherdProcess again(On(dir));
  EXPECT_TRUE(Api(ChannelTo(dir, again.WaitForAddress())).Call(&Account::ListAccounts, "").ok());
}

TEST(Usherd, ANewOperatorTokenForADirectoryWithoutADatabaseIsRefused) {
  const TempDir dir;
  UsherdProcess usherd({"--data-dir", dir.path() + "/misspelt", "--new-operator-token"});
  EXPECT_EQ(usherd.Wait(), kExitFailure);
  EXPECT_TRUE(Says(usherd, "there is no database in " + dir.path() + "/misspelt"));
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/misspelt"));
}

TEST(Usherd, ADamagedDatabaseEndsItWithTheTableAndTheRemedy) {
  const TempDir dir;
  {
    UsherdProcess usherd(On(dir));
    Api api(ChannelTo(dir, usherd.WaitForAddress()));
    api.CreateSupport();
    ASSERT_TRUE(api.Login("ada").ok());
    usherd.Signal(SIGTERM);
    ASSERT_EQ(usherd.Wait(), kExitOk);
  }
  // Every page that tells of her: a server loads who is at work behind its start.
  constexpr size_t kPage = 4096;
  const std::string path = dir.path() + "/data/usher.db";
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (size_t page = 0; page < bytes.size(); page += kPage) {
    if (bytes.substr(page, kPage).find("ada@example.com") == std::string::npos) continue;
    bytes.replace(page, 64, 64, '\x5a');
  }
  std::ofstream(path, std::ios::binary) << bytes;
  UsherdProcess usherd(On(dir));
  EXPECT_EQ(usherd.Wait(), kExitFailure) << usherd.output();
  EXPECT_TRUE(Says(usherd, "malformed")) << usherd.output();
  EXPECT_TRUE(Says(usherd, ", at the table ")) << usherd.output();
  EXPECT_TRUE(Says(usherd, "restore a backup")) << usherd.output();
}

TEST(Usherd, APortInUseIsSaid) {
  const TempDir dir;
  const TempDir other;
  UsherdProcess first(On(dir));
  const std::string address = first.WaitForAddress();
  UsherdProcess second(On(other, address));
  EXPECT_EQ(second.Wait(), kExitFailure);
  EXPECT_TRUE(Says(second, "cannot listen on " + address)) << second.output();
  EXPECT_EQ(second.output().find("chttp2"), std::string::npos) << second.output();
}

TEST(Usherd, ProbesAndMetricsAreOnAPortOfTheirOwn) {
  const TempDir dir;
  const TempDir other;
  const auto with_http = [](const TempDir& on, const std::string& http) {
    std::vector<std::string> arguments = On(on);
    arguments.insert(arguments.end(), {"--http", http});
    return arguments;
  };
  UsherdProcess first(with_http(dir, "127.0.0.1:0"));
  ASSERT_FALSE(first.WaitForAddress().empty()) << first.output();
  const std::string address = first.HttpAddress();
  const int port = std::stoi(address.substr(address.find(':') + 1));
  EXPECT_EQ(testing::HttpClient(port).Get("/readyz").status, 200);

  UsherdProcess second(with_http(other, address));
  EXPECT_EQ(second.Wait(), kExitFailure);
  EXPECT_TRUE(Says(second, "cannot listen on " + address +
                               " for probes and metrics: Address "
                               "already in use. Say --http HOST:PORT, or --http off"))
      << second.output();

  first.Signal(SIGTERM);
  EXPECT_EQ(first.Wait(), kExitOk) << first.output();
  EXPECT_FALSE(testing::HttpClient(port).connected());
}

TEST(Usherd, MetricsBeyondThisMachineNeedLeave) {
  const TempDir dir;
  std::vector<std::string> arguments = On(dir);
  // Leave for plaintext gRPC is none for this.
  arguments.insert(arguments.end(), {"--http", "0.0.0.0:0", "--allow-plaintext"});
  UsherdProcess refused(arguments);
  EXPECT_EQ(refused.Wait(), kExitUsage);
  EXPECT_TRUE(Says(refused, "http.allow_plaintext")) << refused.output();
  arguments.insert(arguments.end(), {"--set", "http.allow_plaintext=true"});
  UsherdProcess allowed(arguments);
  EXPECT_FALSE(allowed.WaitForAddress().empty()) << allowed.output();
  EXPECT_FALSE(allowed.HttpAddress().empty()) << allowed.output();
}

TEST(Usherd, UsageErrorsExitWithTwo) {
  const TempDir dir;
  const std::vector<std::vector<std::string>> rows = {
      {"--no-such-flag"},
      {"--listen"},
      {"extra"},
      {"--data-dir", "a", "--data-dir", "b"},
      {"--listen", "7600"},
      {"--listen", "127.0.0.1:port"},
      {"--listen", "127.0.0.1:65536"},
      {"--listen", ":7600"},
      {"--listen", "0.0.0.0:0"},
      {"--listen", "192.0.2.1:7600"},
      {"--listen", "[::]:0"},
      {"--http", "7601"},
      {"--http", "0.0.0.0:0"},
      {"--http", ""},
      {"--data-dir", ""},
      {"--tls-client-ca", "clients.pem"},
      {"--tls-key", "server.key"},
  };
  for (const auto& row : rows) {
    UsherdProcess usherd(row);
    EXPECT_EQ(usherd.Wait(), kExitUsage) << row[0] << " " << row.back();
    EXPECT_TRUE(Says(usherd, "usherd: ")) << usherd.output();
    EXPECT_TRUE(Says(usherd, ".\n")) << usherd.output();
    EXPECT_TRUE(Says(usherd, row[0])) << usherd.output();
  }
}

TEST(Usherd, PlaintextBeyondThisMachineNeedsLeave) {
  const TempDir dir;
  UsherdProcess refused(On(dir, "0.0.0.0:0"));
  EXPECT_EQ(refused.Wait(), kExitUsage);
  EXPECT_TRUE(Says(refused, "plaintext")) << refused.output();
  EXPECT_TRUE(Says(refused, "--allow-plaintext")) << refused.output();

  std::vector<std::string> arguments = On(dir, "0.0.0.0:0");
  arguments.push_back("--allow-plaintext");
  UsherdProcess allowed(arguments);
  EXPECT_FALSE(allowed.WaitForAddress().empty()) << allowed.output();
}

TEST(Usherd, HelpAndVersionExitWithZero) {
  UsherdProcess help({"--help"});
  EXPECT_EQ(help.Wait(), kExitOk);
  for (const char* flag : {"--data-dir DIRECTORY", "--listen HOST:PORT", "--allow-plaintext",
                           "127.0.0.1:7600 by default"}) {
    EXPECT_TRUE(Says(help, flag)) << help.output();
  }
  UsherdProcess version({"--version"});
  EXPECT_EQ(version.Wait(), kExitOk);
  EXPECT_EQ(version.output(), "usherd " + std::string(Version()) + "\n");
}

}  // namespace
}  // namespace usher::e2e
