// What systemd is told, and when it is told nothing any more.
#include "server/service_manager.h"

#include <atomic>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/notify_socket.h"

namespace usher {
namespace {

using testing::NotifySocket;

constexpr absl::Duration kWatchdog = absl::Milliseconds(40);
constexpr char kSignOfLife[] = "WATCHDOG=1";

TEST(ServiceManager, SaysWhatItDoesThatItServesAndThatItStops) {
  NotifySocket systemd;
  ServiceManager manager;
  manager.Starting("Opening the data in /srv");
  EXPECT_EQ(systemd.Receive(), "STATUS=Opening the data in /srv");
  manager.Ready("Serving on 127.0.0.1:7600", [] { return int64_t{1}; });
  EXPECT_EQ(systemd.Receive(), "READY=1\nSTATUS=Serving on 127.0.0.1:7600");
  manager.Stopping("Answering what was accepted");
  EXPECT_EQ(systemd.Receive(), "STOPPING=1\nSTATUS=Answering what was accepted");
}

TEST(ServiceManager, WithoutAWatchdogItGivesNoSignOfLife) {
  NotifySocket systemd;
  ServiceManager manager;
  std::atomic<int64_t> turns = 0;
  manager.Ready("", [&turns] { return ++turns; });
  EXPECT_EQ(systemd.CountFor(3 * kWatchdog, kSignOfLife), 0);
}

TEST(ServiceManager, AWatchdogHearsFromItTwiceInItsTimeAsLongAsTheLoopTurns) {
  NotifySocket systemd(kWatchdog);
  ServiceManager manager;
  std::atomic<int64_t> turns = 0;
  manager.Ready("", [&turns] { return ++turns; });
  // Twenty periods; a busy machine may be late by many.
  const int signs = systemd.CountFor(10 * kWatchdog, kSignOfLife);
  EXPECT_GE(signs, 3);
  EXPECT_LE(signs, 22);
}

TEST(ServiceManager, ALoopThatHangsGivesNoSignOfLifeUntilItTurnsAgain) {
  NotifySocket systemd(kWatchdog);
  ServiceManager manager;
  std::atomic<int64_t> turns = 7;
  manager.Ready("", [&turns] { return turns.load(); });
  // The first one says that somebody is there to be watched.
  EXPECT_NE(systemd.WaitFor(kSignOfLife), "");
  EXPECT_EQ(systemd.CountFor(5 * kWatchdog, kSignOfLife), 0);
  ++turns;
  EXPECT_NE(systemd.WaitFor(kSignOfLife), "");
  EXPECT_EQ(systemd.CountFor(5 * kWatchdog, kSignOfLife), 0);
}

TEST(ServiceManager, OnceItStopsThePulseIsNotAskedForAnyMore) {
  NotifySocket systemd(kWatchdog);
  ServiceManager manager;
  std::atomic<int64_t> turns = 0;
  manager.Ready("", [&turns] { return ++turns; });
  manager.Stopping("");
  const int64_t asked = turns;
  EXPECT_NE(systemd.WaitFor("STOPPING=1"), "");
  EXPECT_EQ(systemd.CountFor(3 * kWatchdog, kSignOfLife), 0);
  EXPECT_EQ(turns, asked);
}

TEST(ServiceManager, WhereNobodyListensItDoesNothing) {
  ServiceManager manager;
  manager.Starting("");
  manager.Ready("", [] { return int64_t{0}; });
  manager.Stopping("");
}

}  // namespace
}  // namespace usher
