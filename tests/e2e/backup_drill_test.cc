// The drill: a backup while agents log in, the server killed, the backup restored elsewhere. All
// that was answered before the instant that the backup tells is there.
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/e2e/api.h"
#include "tests/e2e/cli_process.h"
#include "tests/e2e/watch_stream.h"
#include "tests/support/test_server.h"

namespace usher::e2e {
namespace {

using ::testing::IsEmpty;
using testing::UsherdProcess;

constexpr int kAgents = 40;
constexpr int kThreads = 4;

// Agents who log in over and over, each time from another window, until the server is gone.
class LoginLoad {
 public:
  struct Answered {
    int64_t session_id;
    absl::Time time;
  };

  LoginLoad(const std::string& address, const std::string& token) {
    for (int i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this, i, channel = testing::OwnChannel(address, token)] {
        Api api(channel);
        for (int round = 0; !stop_; ++round) {
          const std::string agent = absl::StrCat("agent-", i, "-", round % (kAgents / kThreads));
          const auto answer = api.Login(agent, absl::StrCat("window-", round));
          if (!answer.ok()) return;
          const absl::Time now = absl::Now();
          const std::lock_guard lock(mutex_);
          answered_.push_back({answer->session().session_id(), now});
        }
      });
    }
  }
  ~LoginLoad() { Stop(); }

  void WaitForMore(size_t count) {
    const size_t wanted = size() + count;
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (size() < wanted && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
  }
  std::vector<Answered> Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    return answered_;
  }

 private:
  size_t size() {
    const std::lock_guard lock(mutex_);
    return answered_.size();
  }

  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::vector<Answered> answered_;
  std::vector<std::thread> threads_;
};

class BackupDrillTest : public ::testing::Test {
 protected:
  std::string old_dir() const { return directory_.path() + "/old"; }
  std::string new_dir() const { return directory_.path() + "/new"; }
  std::string backup() const { return directory_.path() + "/usher.db"; }

  static std::vector<std::string> ServerArguments(const std::string& data_dir) {
    return {"--data-dir", data_dir, "--listen", "127.0.0.1:0"};
  }

  // What `usher <arguments> -o json` answers.
  static google::protobuf::Struct Usher(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Finished finished = CliProcess(std::move(arguments)).Wait();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    google::protobuf::Struct json;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(finished.out, &json).ok())
        << finished.out;
    return json;
  }
  static std::string Text(const google::protobuf::Struct& json, const std::string& name) {
    const auto found = json.fields().find(name);
    return found == json.fields().end() ? "" : found->second.string_value();
  }

  // The sessions that the journal tells were started.
  static std::set<int64_t> StartedSessions(Api& api) {
    std::set<int64_t> sessions;
    std::string page_token;
    do {
      const auto page = api.Ask(&Events::ListEvents,
                                absl::StrCat("parent: 'accounts/acme' types: 'session_started' "
                                             "page_size: 1000 page_token: '",
                                             page_token, "'"));
      for (const v1::Event& event : page.events()) {
        sessions.insert(event.session_started().session_id());
      }
      page_token = page.next_page_token();
    } while (!page_token.empty());
    return sessions;
  }

  testing::TempDir directory_;
};

TEST_F(BackupDrillTest, EverythingAnsweredBeforeTheSnapshotTimeIsThereAgain) {
  UsherdProcess old_server(ServerArguments(old_dir()));
  const std::string address = old_server.WaitForAddress();
  ASSERT_FALSE(address.empty()) << old_server.output();
  const std::string token = ReadOperatorToken(old_dir());
  Api api(testing::OwnChannel(address, token));
  api.CreateSupport();
  api.AskInSupport(&Orders::CreateOrder,
                   "items { product: 'standard-agent-package' quantity: 14 }");
  std::string watch_token;
  {
    WatchStream watch(testing::OwnChannel(address, token),
                      "parent: 'accounts/acme' from_oldest: true");
    watch_token = watch.UpToDate().token();
  }

  LoginLoad load(address, token);
  load.WaitForMore(200);
  const auto made = Usher({"backup", "create", backup(), "--server", address, "--token-file",
                           old_dir() + "/operator.token"});
  load.WaitForMore(50);
  old_server.Signal(SIGKILL);
  const std::vector<LoginLoad::Answered> answered = load.Stop();
  old_server.Wait();

  absl::Time snapshot_time;
  ASSERT_TRUE(
      absl::ParseTime(absl::RFC3339_full, Text(made, "snapshotTime"), &snapshot_time, nullptr));
  EXPECT_THAT(Text(made, "snapshotTime"), ::testing::EndsWith("Z")) << "as the API tells times";
  EXPECT_EQ(Text(made, "accounts"), "1") << "and numbers";
  const std::string digest = Text(made, "sha256");
  const auto verified = Usher({"backup", "verify", backup(), "--sha256", digest});
  EXPECT_EQ(Text(verified, "sha256"), digest);
  const auto restored = Usher({"backup", "restore", backup(), "--data-dir", new_dir()});
  EXPECT_NE(Text(restored, "databaseId"), Text(made, "databaseId"));

  UsherdProcess new_server(ServerArguments(new_dir()));
  const std::string new_address = new_server.WaitForAddress();
  ASSERT_FALSE(new_address.empty()) << new_server.output();
  Api restored_api(testing::OwnChannel(new_address, token));
  const std::set<int64_t> sessions = StartedSessions(restored_api);
  size_t before = 0;
  for (const LoginLoad::Answered& login : answered) {
    if (login.time > snapshot_time) continue;
    ++before;
    EXPECT_TRUE(sessions.contains(login.session_id)) << "session " << login.session_id;
  }
  EXPECT_GE(before, 200u);
  EXPECT_LT(sessions.size(), answered.size());

  const auto integrity = restored_api.Ask(&Admin::CheckIntegrity, "");
  EXPECT_THAT(integrity.problems(), IsEmpty());
  EXPECT_EQ(integrity.applications_checked(), 1);
  EXPECT_EQ(restored_api.Ask(&Admin::GetStatus, "").database_id(), Text(restored, "databaseId"));

  // Sessions of after the backup are not there, and their ids are nobody else's.
  const auto login = restored_api.Login("agent-0-0", "another window");
  ASSERT_TRUE(login.ok()) << login.status.error_message();
  for (const LoginLoad::Answered& other : answered) {
    EXPECT_GT(login->session().session_id(), other.session_id);
  }
  WatchStream resumed(testing::OwnChannel(new_address, token),
                      "parent: 'accounts/acme' resume_token: '" + watch_token + "'");
  const grpc::Status refused = resumed.End();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::OUT_OF_RANGE) << refused.error_message();
  EXPECT_EQ(ReasonOf(refused), "RESUME_TOKEN_EXPIRED");
}

}  // namespace
}  // namespace usher::e2e
