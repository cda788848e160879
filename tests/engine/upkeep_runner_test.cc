// UpkeepRunner: slow jobs one at a time, each ending whatever its asker does.
#include "engine/upkeep_runner.h"

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace usher::engine {
namespace {

using testing::FakeClock;
using ::testing::HasSubstr;

// A store whose slow jobs last until the test lets them end.
class SlowStore final : public storage::Upkeep {
 public:
  absl::StatusOr<storage::StoreFigures> ReadFigures() override {
    ++figures_read;
    return figures;
  }

  absl::StatusOr<std::vector<std::string>> CheckTables(int /*limit*/, const GoOn& go_on) override {
    if (!WaitUntilLet(go_on)) return absl::CancelledError("cancelled");
    return std::vector<std::string>{"The index is upside down."};
  }

  absl::Status VisitUnits(absl::Time /*ended_since*/, storage::UnitVisitor& /*visitor*/) override {
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<storage::StoreCopy>> Copy(const CopyProgress& progress) override {
    if (!copy_error.ok()) return copy_error;
    if (!WaitUntilLet([&] { return progress(5); })) return absl::CancelledError("cancelled");
    return std::make_unique<Five>(copies);
  }

  void Let() {
    const std::lock_guard lock(mutex_);
    let_ = true;
    changed_.notify_all();
  }
  void WaitForJob() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }

  storage::StoreFigures figures;
  int figures_read = 0;
  absl::Status copy_error;
  std::shared_ptr<int> copies = std::make_shared<int>(0);

 private:
  // Five bytes; counts how many copies there are.
  class Five final : public storage::StoreCopy {
   public:
    explicit Five(std::shared_ptr<int> copies) : copies_(std::move(copies)) { ++*copies_; }
    ~Five() override { --*copies_; }
    int64_t size() const override { return 5; }
    absl::StatusOr<std::string> Read(int64_t offset, size_t length) override {
      return std::string("abcde").substr(static_cast<size_t>(offset), length);
    }

   private:
    const std::shared_ptr<int> copies_;
  };

  // Whether it was let, not stopped.
  bool WaitUntilLet(const std::function<bool()>& go_on) {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    while (!let_) {
      lock.unlock();
      const bool wanted = go_on();
      lock.lock();
      if (!wanted) return false;
      changed_.wait_for(lock, std::chrono::milliseconds(1));
    }
    return go_on();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool let_ = false;
  bool waiting_ = false;
};

class Listener final : public BackupListener {
 public:
  void OnProgress(int64_t size) override { progress_.set_value(size); }
  void OnCopied(absl::StatusOr<int64_t> size, absl::Time snapshot_time) override {
    copied_.set_value({std::move(size), snapshot_time});
  }
  int64_t WaitForProgress() { return progress_.get_future().get(); }
  std::pair<absl::StatusOr<int64_t>, absl::Time> WaitForCopy() {
    return copied_.get_future().get();
  }

 private:
  std::promise<int64_t> progress_;
  std::promise<std::pair<absl::StatusOr<int64_t>, absl::Time>> copied_;
};

class UpkeepRunnerTest : public ::testing::Test {
 protected:
  std::future<absl::StatusOr<IntegrityReport>> Check() {
    auto promise = std::make_shared<std::promise<absl::StatusOr<IntegrityReport>>>();
    runner_.CheckIntegrity([promise](absl::StatusOr<IntegrityReport> report) {
      promise->set_value(std::move(report));
    });
    return promise->get_future();
  }

  storage::StoreFigures Figures() {
    std::promise<storage::StoreFigures> promise;
    runner_.ReadFigures([&](const absl::StatusOr<storage::StoreFigures>& figures) {
      promise.set_value(figures.value());
    });
    return promise.get_future().get();
  }

  static std::string Read(Backup& backup, size_t length) {
    std::promise<absl::StatusOr<std::string>> promise;
    backup.Read(length,
                [&](absl::StatusOr<std::string> bytes) { promise.set_value(std::move(bytes)); });
    const absl::StatusOr<std::string> bytes = promise.get_future().get();
    return bytes.ok() ? *bytes : std::string(bytes.status().message());
  }

  SlowStore store_;
  FakeClock clock_{absl::FromUnixSeconds(1793610000)};
  const entitlement::Policy policy_;
  const std::shared_ptr<Listener> listener_ = std::make_shared<Listener>();
  UpkeepRunner runner_{&store_, &clock_, &policy_};
};

TEST_F(UpkeepRunnerTest, FiguresAreReadOnceASecondHoweverOftenTheyAreAskedFor) {
  store_.figures.bytes = 7;
  EXPECT_EQ(Figures().bytes, 7);
  store_.figures.bytes = 8;
  EXPECT_EQ(Figures().bytes, 7);
  clock_.Advance(kFiguresKept + absl::Milliseconds(1));
  EXPECT_EQ(Figures().bytes, 8);
  EXPECT_EQ(store_.figures_read, 2);
}

TEST_F(UpkeepRunnerTest, FiguresDoNotWaitForASlowJob) {
  auto check = Check();
  store_.WaitForJob();
  EXPECT_EQ(Figures().bytes, 0);
  store_.Let();
  EXPECT_EQ(check.get()->problems.at(0), "The index is upside down.");
}

TEST_F(UpkeepRunnerTest, ASecondSlowJobIsRefusedWithWhatIsUnderWay) {
  auto check = Check();
  store_.WaitForJob();
  const absl::Status second = Check().get().status();
  EXPECT_EQ(second.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(second.message()),
              HasSubstr("busy with a check of its integrity since 2026-11-02T09:00:00Z"));
  EXPECT_EQ(runner_.StartBackup(listener_).status().code(), absl::StatusCode::kAborted);
  store_.Let();
  ASSERT_TRUE(check.get().ok());
  EXPECT_TRUE(Check().get().ok());
}

TEST_F(UpkeepRunnerTest, ABackupIsReadToItsEndAndThenOver) {
  store_.Let();
  const auto backup = runner_.StartBackup(listener_);
  const auto [size, snapshot_time] = listener_->WaitForCopy();
  EXPECT_EQ(*size, 5);
  EXPECT_EQ(snapshot_time, clock_.Now());
  EXPECT_EQ(Read(**backup, 3), "abc");
  EXPECT_EQ(Check().get().status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Read(**backup, 3), "de");
  EXPECT_EQ(Read(**backup, 3), "");
  EXPECT_EQ(*store_.copies, 0);
  EXPECT_TRUE(Check().get().ok());
}

// The instant is that before the copy began: what is answered later need not be in it.
TEST_F(UpkeepRunnerTest, TheSnapshotTimeIsBeforeTheCopy) {
  const absl::Time before = clock_.Now();
  const auto backup = runner_.StartBackup(listener_);
  store_.WaitForJob();
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(listener_->WaitForProgress(), 5);
  store_.Let();
  EXPECT_EQ(listener_->WaitForCopy().second, before);
}

TEST_F(UpkeepRunnerTest, ABackupThatIsGivenUpFreesItsPlaceAndItsCopy) {
  store_.Let();
  auto backup = *runner_.StartBackup(listener_);
  ASSERT_TRUE(listener_->WaitForCopy().first.ok());
  backup->Cancel();
  backup.reset();
  // The job's own thread may hold it for a moment more.
  while (!Check().get().ok()) {
  }
  EXPECT_EQ(*store_.copies, 0);
}

TEST_F(UpkeepRunnerTest, ABackupThatIsGivenUpWhileItIsCopiedEndsSoon) {
  auto backup = *runner_.StartBackup(listener_);
  store_.WaitForJob();
  backup->Cancel();
  EXPECT_EQ(listener_->WaitForCopy().first.status().code(), absl::StatusCode::kCancelled);
}

TEST_F(UpkeepRunnerTest, ACopyThatFailsIsToldAndOver) {
  store_.copy_error = absl::ResourceExhaustedError("the disk is full");
  const auto backup = runner_.StartBackup(listener_);
  EXPECT_EQ(listener_->WaitForCopy().first.status().code(), absl::StatusCode::kResourceExhausted);
  store_.Let();
  EXPECT_TRUE(Check().get().ok());
}

TEST_F(UpkeepRunnerTest, WhatIsUnderWayEndsWhenTheRunnerCloses) {
  auto check = Check();
  store_.WaitForJob();
  runner_.Close();
  EXPECT_EQ(check.get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Check().get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(runner_.StartBackup(listener_).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace usher::engine
