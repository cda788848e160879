// Who watches is told everything once and in order, from the journal or from memory, and never
// holds anybody up.
#include "engine/watch_hub.h"

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"

namespace usher::engine {
namespace {

using entitlement::AccountNo;
using entitlement::Refusal;
using entitlement::Revision;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kPatience = std::chrono::seconds(20);

template <typename Condition>
bool Eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// A watcher that takes everything at once, or one message each time it is let.
class Reader : public WatchSink {
 public:
  bool Ready() const override {
    const std::lock_guard lock(mutex_);
    return ready_;
  }
  bool Offer(absl::Span<const WatchedEntry> entries, int64_t up_to) override {
    const std::lock_guard lock(mutex_);
    bool sends = false;
    for (const WatchedEntry& watched : entries) {
      EXPECT_GT(watched.position, position_);
      EXPECT_LE(watched.position, up_to);
      position_ = watched.position;
      if (watched.payload() == ignored_) continue;
      told_.push_back(watched.payload());
      sends = true;
    }
    EXPECT_GE(up_to, position_);
    position_ = up_to;
    if (sends && slow_) ready_ = false;
    return sends;
  }
  void Checkpoint(int64_t up_to) override {
    const std::lock_guard lock(mutex_);
    EXPECT_GE(up_to, position_);
    position_ = up_to;
    ++checkpoints_;
  }
  void End(const Refusal& why) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(end_.has_value());
    end_ = why;
  }

  void set_slow() { slow_ = true; }
  void set_ignored(std::string payload) { ignored_ = std::move(payload); }
  // One message more.
  void Let(WatchHub& hub) {
    {
      const std::lock_guard lock(mutex_);
      ready_ = true;
    }
    hub.Wake();
  }

  std::vector<std::string> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  int64_t position() const {
    const std::lock_guard lock(mutex_);
    return position_;
  }
  int checkpoints() const {
    const std::lock_guard lock(mutex_);
    return checkpoints_;
  }
  template <typename R>
  std::optional<R> EndedWith() const {
    const std::lock_guard lock(mutex_);
    if (!end_.has_value() || !std::holds_alternative<R>(*end_)) return std::nullopt;
    return std::get<R>(*end_);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> told_;
  std::string ignored_ = "nothing is";
  int64_t position_ = 0;
  int checkpoints_ = 0;
  bool ready_ = true;
  bool slow_ = false;
  std::optional<Refusal> end_;
};

class WatchHubTest : public ::testing::Test {
 protected:
  WatchHubTest() { options_.round = absl::Milliseconds(1); }

  void StartHub() {
    hub_ = std::make_unique<WatchHub>(options_, &store_);
    ASSERT_TRUE(hub_->Start().ok());
  }

  // As the engine does it: committed, then published.
  void Commit(int64_t account, const std::string& payload, bool of_server = false) {
    std::vector<storage::JournalEntry> entries = {{.account = AccountNo(account),
                                                   .first_revision = Revision(1),
                                                   .last_revision = Revision(1),
                                                   .record_time = now_,
                                                   .payload = payload,
                                                   .of_server = of_server}};
    ASSERT_TRUE(store_.Commit({.journal = entries}).ok());
    now_ += absl::Seconds(1);
    if (hub_ != nullptr) hub_->Publish(entries, store_.LastJournalEntry()->position);
  }

  std::shared_ptr<Reader> Watch(int64_t account, std::optional<int64_t> after = std::nullopt) {
    auto reader = std::make_shared<Reader>();
    Add(reader, account, after);
    return reader;
  }
  void Add(const std::shared_ptr<Reader>& reader, int64_t account,
           std::optional<int64_t> after = std::nullopt) {
    const auto added = hub_->Add({.account = AccountNo(account), .after = after}, reader);
    ASSERT_TRUE(std::holds_alternative<WatchHub::WatchId>(added));
    last_id_ = std::get<WatchHub::WatchId>(added);
  }

  WatchOptions options_;
  storage::MemoryStore store_;
  std::unique_ptr<WatchHub> hub_;
  WatchHub::WatchId last_id_ = 0;
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
};

TEST_F(WatchHubTest, TellsWhatIsCommittedToTheAccountFromThenOn) {
  StartHub();
  Commit(1, "before");
  const auto ann = Watch(1);
  const auto bob = Watch(2);
  Commit(1, "a");
  Commit(2, "b");
  Commit(1, "c");
  EXPECT_TRUE(Eventually([&] { return ann->told().size() == 2 && bob->told().size() == 1; }));
  EXPECT_THAT(ann->told(), ElementsAre("a", "c"));
  EXPECT_THAT(bob->told(), ElementsAre("b"));
}

TEST_F(WatchHubTest, ResumesBehindAPositionFromTheJournalOfAnEarlierServer) {
  for (const char* payload : {"a", "b", "c"}) Commit(1, payload);
  StartHub();
  const auto behind = Watch(1, 1);
  const auto from_oldest = Watch(1, kFromOldest);
  const auto up_to_date = Watch(1, 3);
  Commit(1, "d");
  EXPECT_TRUE(Eventually([&] { return from_oldest->told().size() == 4; }));
  EXPECT_TRUE(Eventually([&] { return behind->told().size() == 3; }));
  EXPECT_TRUE(Eventually([&] { return !up_to_date->told().empty(); }));
  EXPECT_THAT(from_oldest->told(), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(behind->told(), ElementsAre("b", "c", "d"));
  EXPECT_THAT(up_to_date->told(), ElementsAre("d"));
}

// Whoever joins while others write, at whatever point and with however little memory, finds no gap
// and no repetition.
TEST_F(WatchHubTest, NothingIsLostOrRepeatedBetweenJournalAndMemory) {
  constexpr int kEntries = 3000;
  constexpr int kWatchers = 30;
  options_.account_bytes_max = 2000;
  StartHub();
  std::thread writer([this] {
    for (int i = 0; i < kEntries; ++i) {
      Commit(1 + i % 2, absl::StrCat(i));
      if (i % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  std::vector<std::pair<std::shared_ptr<Reader>, int64_t>> readers;
  for (int i = 0; i < kWatchers; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const int64_t from = i % 3 == 0 ? 0 : store_.LastJournalEntry()->position / (i % 3);
    readers.emplace_back(Watch(1 + i % 2, from), from);
  }
  writer.join();
  for (const auto& [reader, from] : readers) {
    EXPECT_TRUE(Eventually([&, r = reader] { return r->position() == kEntries; }));
    const std::vector<std::string> told = reader->told();
    ASSERT_FALSE(told.empty()) << "from " << from;
    // Entry `i` has the position i + 1; those of the account are two apart.
    int64_t expected = -1;
    for (const std::string& payload : told) {
      const int64_t number = std::stoll(payload);
      EXPECT_GE(number, expected == -1 ? from : expected);
      EXPECT_LE(number, expected == -1 ? from + 1 : expected);
      expected = number + 2;
    }
    EXPECT_GE(expected, kEntries);
  }
}

TEST_F(WatchHubTest, OneThatReadsTooSlowlyIsCutOffAndOthersAreNot) {
  options_.account_bytes_max = 2000;
  StartHub();
  const auto slow = std::make_shared<Reader>();
  slow->set_slow();
  Add(slow, 1);
  const auto quick = Watch(1);
  Commit(1, "0");
  ASSERT_TRUE(Eventually([&] { return slow->told().size() == 1; }));
  for (int i = 1; i < 100; ++i) {
    Commit(1, absl::StrCat(i));
    ASSERT_TRUE(Eventually([&] { return quick->told().size() == i + 1U; }));
  }
  EXPECT_TRUE(
      Eventually([&] { return slow->EndedWith<entitlement::WatcherTooSlow>().has_value(); }));
  EXPECT_EQ(slow->told().size(), 1U);
  EXPECT_EQ(quick->EndedWith<entitlement::WatcherTooSlow>(), std::nullopt);
  EXPECT_EQ(hub_->watchers(), 1);
}

TEST_F(WatchHubTest, OneThatReadsSlowlyWhileItResumesTakesItsTime) {
  options_.account_bytes_max = 2000;
  for (int i = 0; i < 3000; ++i) Commit(1, absl::StrCat(i));
  StartHub();
  const auto slow = std::make_shared<Reader>();
  slow->set_slow();
  Add(slow, 1, 0);
  for (int i = 3000; i < 3100; ++i) Commit(1, absl::StrCat(i));
  for (size_t told = 1000; told <= 3000; told += 1000) {
    ASSERT_TRUE(Eventually([&] { return slow->told().size() == told; }));
    EXPECT_FALSE(slow->Ready());
    slow->Let(*hub_);
  }
  EXPECT_TRUE(Eventually([&] {
    slow->Let(*hub_);
    return slow->told().size() == 3100;
  }));
}

TEST_F(WatchHubTest, OneWhoseMessageNeverGoesOutIsCutOff) {
  options_.stall_max = absl::Milliseconds(50);
  StartHub();
  const auto stuck = std::make_shared<Reader>();
  stuck->set_slow();
  Add(stuck, 1);
  Commit(1, "a");
  EXPECT_TRUE(
      Eventually([&] { return stuck->EndedWith<entitlement::WatcherTooSlow>().has_value(); }));
}

TEST_F(WatchHubTest, APastThatWasPrunedEndsTheWatchAndSaysWhatIsKept) {
  for (const char* payload : {"a", "b", "c", "d"}) Commit(1, payload);
  ASSERT_TRUE(store_.Prune({.journal_before = now_ - absl::Seconds(2)}, 10).ok());
  StartHub();
  const auto too_old = Watch(1, 1);
  const auto just_kept = Watch(1, 2);
  const auto oldest = Watch(1, kFromOldest);
  EXPECT_TRUE(Eventually(
      [&] { return too_old->EndedWith<entitlement::ResumeTokenExpired>().has_value(); }));
  EXPECT_EQ(too_old->EndedWith<entitlement::ResumeTokenExpired>()->oldest, Revision(1));
  EXPECT_THAT(too_old->told(), IsEmpty());
  EXPECT_TRUE(Eventually([&] { return just_kept->told().size() == 2; }));
  EXPECT_TRUE(Eventually([&] { return oldest->told().size() == 2; }));
}

TEST_F(WatchHubTest, APositionBehindTheJournalsEndIsOfAnotherDatabase) {
  Commit(1, "a");
  StartHub();
  const auto future = Watch(1, 2);
  EXPECT_TRUE(
      Eventually([&] { return future->EndedWith<entitlement::ResumeTokenExpired>().has_value(); }));
}

TEST_F(WatchHubTest, OneMoreThanAnAccountOrTheServerMayHaveIsRefused) {
  options_.watchers_per_account_max = 2;
  options_.watchers_max = 3;
  StartHub();
  Watch(1);
  const WatchHub::WatchId first = last_id_;
  Watch(1);
  const auto refused = [&](int64_t account) {
    auto added = hub_->Add({.account = AccountNo(account)}, std::make_shared<Reader>());
    const auto* refusal = std::get_if<Refusal>(&added);
    return refusal == nullptr ? 0 : std::get<entitlement::TooManyWatchers>(*refusal).limit;
  };
  EXPECT_EQ(refused(1), 2);
  Watch(2);
  EXPECT_EQ(refused(3), 3);
  // The place of one that has gone is free.
  hub_->Remove(first);
  EXPECT_TRUE(Eventually([&] { return hub_->watchers() == 2; }));
  EXPECT_EQ(refused(1), 0);
}

TEST_F(WatchHubTest, AWatcherWithoutNewsHearsThatItIsUpToDate) {
  options_.checkpoint_period = absl::Milliseconds(20);
  StartHub();
  const auto quiet = Watch(1);
  EXPECT_TRUE(Eventually([&] { return quiet->checkpoints() == 1; }));
  // What others write moves it on, so that its token never grows old.
  for (int i = 0; i < 10; ++i) Commit(2, "x");
  EXPECT_TRUE(Eventually([&] { return quiet->position() == 10 && quiet->checkpoints() > 2; }));
  EXPECT_THAT(quiet->told(), IsEmpty());
}

TEST_F(WatchHubTest, WhatAFilterPassesOverMovesTheWatcherOn) {
  for (int i = 0; i < 5000; ++i) Commit(1, "login");
  options_.checkpoint_period = absl::Milliseconds(20);
  StartHub();
  const auto filtered = std::make_shared<Reader>();
  filtered->set_ignored("login");
  Add(filtered, 1, 0);
  Commit(1, "reset");
  EXPECT_TRUE(Eventually([&] { return filtered->told().size() == 1; }));
  EXPECT_THAT(filtered->told(), ElementsAre("reset"));
  EXPECT_TRUE(Eventually([&] { return filtered->checkpoints() > 0; }));
}

TEST_F(WatchHubTest, WhatTellsOfAnAccountIsToldToTheServersWatchersToo) {
  StartHub();
  const auto server = Watch(0);
  const auto account = Watch(1);
  Commit(0, "token", /*of_server=*/true);
  Commit(1, "account", /*of_server=*/true);
  Commit(1, "login");
  EXPECT_TRUE(Eventually([&] { return account->told().size() == 2; }));
  EXPECT_TRUE(Eventually([&] { return server->told().size() == 2; }));
  EXPECT_THAT(server->told(), ElementsAre("token", "account"));
  EXPECT_THAT(account->told(), ElementsAre("account", "login"));
}

TEST_F(WatchHubTest, TheEndTellsTheLastEventsAndToResumeElsewhere) {
  options_.round = absl::Milliseconds(20);
  StartHub();
  const auto reader = Watch(1);
  for (int i = 0; i < 50; ++i) Commit(1, absl::StrCat(i));
  hub_->Close();
  EXPECT_EQ(reader->told().size(), 50U);
  EXPECT_TRUE(reader->EndedWith<entitlement::ServerDraining>());
  auto late = hub_->Add({.account = AccountNo(1)}, std::make_shared<Reader>());
  EXPECT_TRUE(std::holds_alternative<entitlement::ServerDraining>(std::get<Refusal>(late)));
}

}  // namespace
}  // namespace usher::engine
