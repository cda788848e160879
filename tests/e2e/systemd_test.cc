// The real binary under a service manager: what it tells, and that a hung engine goes silent.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/notify_socket.h"
#include "tests/support/test_server.h"

namespace usher::e2e {
namespace {

using ::testing::HasSubstr;
using testing::NotifySocket;
using ::testing::StartsWith;
using testing::TempDir;
using testing::UsherdProcess;

constexpr char kSignOfLife[] = "WATCHDOG=1";

std::vector<std::string> On(const TempDir& dir) {
  return {"--data-dir", dir.path() + "/data", "--listen", "127.0.0.1:0"};
}

// The thread of this name, 0 where the process has none.
pid_t ThreadOf(pid_t process, const std::string& name) {
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::string comm;
    std::getline(std::ifstream(task.path() / "comm"), comm);
    if (comm == name) return std::stoi(task.path().filename());
  }
  return 0;
}

// Stops one thread of a child, and no other, until it goes.
class StoppedThread {
 public:
  explicit StoppedThread(pid_t thread) : thread_(thread) {
    int status = 0;
    stopped_ = ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) == 0 &&
               ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) == 0 &&
               waitpid(thread, &status, __WALL) == thread;
  }
  ~StoppedThread() {
    if (stopped_) ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
  }
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;

  bool stopped() const { return stopped_; }

 private:
  const pid_t thread_;
  bool stopped_ = false;
};

TEST(Systemd, HearsOfTheStartWhenTheServerCanBeCalledAndOfTheDrain) {
  NotifySocket systemd;
  const TempDir dir;
  UsherdProcess usherd(On(dir));
  EXPECT_EQ(systemd.Receive(), "STATUS=Opening the data in " + dir.path() + "/data");
  const std::string ready = systemd.Receive();
  EXPECT_THAT(ready, StartsWith("READY=1\nSTATUS=Serving on 127.0.0.1:"));
  const std::string address = usherd.WaitForAddress();
  EXPECT_THAT(ready, HasSubstr(address));
  usherd.Signal(SIGTERM);
  EXPECT_THAT(systemd.Receive(), StartsWith("STOPPING=1\n"));
  EXPECT_EQ(usherd.Wait(), kExitOk);
}

TEST(Systemd, HearsNothingOfAServerThatCannotStart) {
  NotifySocket systemd;
  const TempDir dir;
  UsherdProcess first(On(dir));
  ASSERT_NE(systemd.WaitFor("READY=1"), "");
  UsherdProcess second(On(dir));
  EXPECT_EQ(second.Wait(), kExitFailure);
  EXPECT_EQ(systemd.CountFor(absl::Milliseconds(100), "READY=1"), 0);
}

TEST(Systemd, AHungEngineIsSilentAndOneThatGoesOnIsHeardAgain) {
  NotifySocket systemd(absl::Seconds(2));
  const TempDir dir;
  UsherdProcess usherd(On(dir));
  ASSERT_FALSE(usherd.WaitForAddress().empty()) << usherd.output();
  // The first one comes at once, those behind it only from a loop that turns.
  for (int i = 0; i < 3; ++i) EXPECT_NE(systemd.WaitFor(kSignOfLife), "");
  {
    const pid_t engine = ThreadOf(usherd.pid(), "usher-engine");
    ASSERT_NE(engine, 0);
    const StoppedThread hung(engine);
    if (!hung.stopped()) GTEST_SKIP() << "this machine lets nobody stop a thread";
    // What it did just before may still be told.
    systemd.CountFor(absl::Milliseconds(1200), kSignOfLife);
    EXPECT_EQ(systemd.CountFor(absl::Seconds(3), kSignOfLife), 0);
  }
  EXPECT_NE(systemd.WaitFor(kSignOfLife), "");
  usherd.Signal(SIGTERM);
  EXPECT_EQ(usherd.Wait(), kExitOk);
}

}  // namespace
}  // namespace usher::e2e
