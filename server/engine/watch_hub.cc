#include "engine/watch_hub.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "entitlement/limits.h"

namespace usher::engine {
namespace {

using entitlement::AccountNo;
using entitlement::kJournalBytesPerRead;

// How long nothing happens before the hub looks whether somebody is to be told so.
constexpr absl::Duration kIdleRound = absl::Seconds(1);
// Reads of the journal for one watcher in a round, of which none had anything for it.
constexpr int kFruitlessReadsMax = 16;
// Rounds, at the end, for what was published last.
constexpr int kLastRounds = 20;
// Of the hub's thread: whoever logs in goes before whoever looks on.
constexpr int kNiceness = 5;

absl::Time MonotonicNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

int64_t SizeOf(const WatchedEntry& entry) {
  return static_cast<int64_t>(entry.payload().size() + sizeof(SharedEntry));
}

}  // namespace

WatchHub::WatchHub(WatchOptions options, storage::Store* store)
    : options_(options), store_(store) {}

WatchHub::~WatchHub() { Close(); }

absl::Status WatchHub::Start() {
  const absl::StatusOr<storage::JournalEnd> end = store_->LastJournalEntry();
  if (!end.ok()) return end.status();
  last_position_ = end->position;
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "usher-watch");
  return absl::OkStatus();
}

void WatchHub::Publish(std::vector<storage::JournalEntry>& entries, int64_t first_position) {
  const std::lock_guard lock(mutex_);
  last_position_ = first_position + static_cast<int64_t>(entries.size()) - 1;
  if (feeds_.empty()) return;
  bool added = false;
  for (size_t i = 0; i < entries.size(); ++i) {
    storage::JournalEntry& entry = entries[i];
    const AccountNo account = entry.account;
    const bool of_server = entry.of_server && feeds_.contains(AccountNo());
    if (!of_server && !feeds_.contains(account)) continue;
    const WatchedEntry watched{first_position + static_cast<int64_t>(i),
                               std::make_shared<const SharedEntry>(std::move(entry))};
    added = AddToFeed(account, watched) || added;
    if (of_server && account) added = AddToFeed(AccountNo(), watched) || added;
  }
  if (added) WakeUp();
}

std::variant<WatchHub::WatchId, entitlement::Refusal> WatchHub::Add(
    const WatchStart& start, std::shared_ptr<WatchSink> sink) {
  const std::lock_guard lock(mutex_);
  if (closing_) return entitlement::Refusal(entitlement::ServerDraining());
  const auto found = feeds_.find(start.account);
  if (found != feeds_.end() && found->second.watchers >= options_.watchers_per_account_max) {
    return entitlement::Refusal(
        entitlement::TooManyWatchers{.limit = options_.watchers_per_account_max});
  }
  if (static_cast<int64_t>(watchers_.size()) >= options_.watchers_max) {
    return entitlement::Refusal(entitlement::TooManyWatchers{.limit = options_.watchers_max});
  }
  const auto [feed, is_new] = feeds_.try_emplace(start.account);
  if (is_new) feed->second.complete_after = last_position_;
  ++feed->second.watchers;
  auto watcher = std::make_unique<Watcher>();
  watcher->account = start.account;
  watcher->sink = std::move(sink);
  watcher->cursor = start.after.value_or(last_position_);
  watcher->offered_time = MonotonicNow();
  watchers_.emplace(++last_id_, std::move(watcher));
  WakeUp();
  return last_id_;
}

void WatchHub::Wake() {
  const std::lock_guard lock(mutex_);
  WakeUp();
}

void WatchHub::Remove(WatchId id) {
  const std::lock_guard lock(mutex_);
  const auto found = watchers_.find(id);
  if (found == watchers_.end()) return;
  found->second->removed = true;
  WakeUp();
}

void WatchHub::Close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

int64_t WatchHub::watchers() {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(watchers_.size());
}

void WatchHub::Run() {
  // Fails where the system does not permit it, which does no harm.
  setpriority(PRIO_PROCESS, /*who=*/0, kNiceness);
  while (true) {
    {
      std::unique_lock lock(mutex_);
      asleep_ = true;
      const auto awake = [this] { return news_ || closing_; };
      if (watchers_.empty()) {
        wake_.wait(lock, awake);
      } else {
        const absl::Duration longest = std::min(kIdleRound, options_.checkpoint_period);
        wake_.wait_for(lock, absl::ToChronoNanoseconds(longest), awake);
      }
      asleep_ = false;
      if (closing_) break;
      news_ = false;
    }
    const bool again = Round(MonotonicNow());
    std::unique_lock lock(mutex_);
    news_ = news_ || again;
    // What comes meanwhile goes out together, in the next round.
    wake_.wait_for(lock, absl::ToChronoNanoseconds(options_.round), [this] { return closing_; });
  }
  for (int round = 0; round < kLastRounds && Round(MonotonicNow()); ++round) {
    std::this_thread::sleep_for(absl::ToChronoNanoseconds(options_.round));
  }
  EndAll();
}

bool WatchHub::Round(absl::Time now) {
  news_for_.clear();
  std::vector<std::pair<WatchId, Watcher*>> serve;
  std::vector<WatchId> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, watcher] : watchers_) {
      if (watcher->removed) {
        gone.push_back(id);
      } else {
        serve.emplace_back(id, watcher.get());
      }
    }
  }
  for (const WatchId id : gone) Forget(id);
  for (const auto& [id, watcher] : serve) Serve(id, *watcher, now);
  const std::lock_guard lock(mutex_);
  DropWhatAllHave();
  // Those whose message is still on its way are served when it has gone out.
  return std::any_of(watchers_.begin(), watchers_.end(), [this](const auto& entry) {
    const Watcher& watcher = *entry.second;
    return watcher.cursor < last_position_ && watcher.sink->Ready();
  });
}

void WatchHub::Serve(WatchId id, Watcher& watcher, absl::Time now) {
  if (!watcher.sink->Ready()) {
    if (TooSlow(watcher, now)) End(id, watcher, entitlement::WatcherTooSlow());
    return;
  }
  watcher.offered_time = now;
  if (!watcher.live) {
    ServeFromJournal(id, watcher, now);
  } else {
    ServeFromMemory(watcher, now);
  }
}

void WatchHub::ServeFromJournal(WatchId id, Watcher& watcher, absl::Time now) {
  for (int reads = 0; reads < kFruitlessReadsMax && watcher.sink->Ready(); ++reads) {
    int64_t until = 0;
    int64_t end = 0;
    {
      const std::lock_guard lock(mutex_);
      until = feeds_.at(watcher.account).complete_after;
      end = last_position_;
    }
    if (watcher.cursor > end) return Expire(id, watcher);
    if (watcher.cursor >= until) {
      watcher.live = true;
      return ServeFromMemory(watcher, now);
    }
    absl::StatusOr<storage::JournalPage> page =
        store_->ReadJournal({.account = watcher.account,
                             .after = std::max(watcher.cursor, int64_t{0}),
                             .until = until,
                             .bytes_max = kJournalBytesPerRead});
    if (!page.ok()) return End(id, watcher, entitlement::StoreUnavailable());
    if (watcher.cursor != kFromOldest && page->first_position > watcher.cursor + 1) {
      return Expire(id, watcher);
    }
    std::vector<WatchedEntry> entries;
    entries.reserve(page->rows.size());
    for (storage::JournalRow& row : page->rows) {
      entries.push_back({row.position, std::make_shared<const SharedEntry>(std::move(row.entry))});
    }
    watcher.cursor = page->more ? entries.back().position : until;
    Offer(watcher, entries, now);
  }
}

void WatchHub::ServeFromMemory(Watcher& watcher, absl::Time now) {
  const News* news = NewsFor(watcher);
  if (news == nullptr) {
    // More came in one round than is kept in memory: it was ready, and may catch up.
    watcher.live = false;
    return;
  }
  watcher.cursor = news->up_to;
  Offer(watcher, news->entries, now);
  if (now >= watcher.checkpoint_time && watcher.sink->Ready()) {
    watcher.checkpoint_time = now + options_.checkpoint_period;
    watcher.sink->Checkpoint(watcher.cursor);
  }
}

const WatchHub::News* WatchHub::NewsFor(const Watcher& watcher) {
  const auto [found, is_new] = news_for_.try_emplace({watcher.account, watcher.cursor});
  if (!is_new) return found->second.get();
  const std::lock_guard lock(mutex_);
  const Feed& feed = feeds_.at(watcher.account);
  if (watcher.cursor < feed.complete_after) return nullptr;
  auto news = std::make_unique<News>();
  int64_t bytes = 0;
  auto next = std::upper_bound(
      feed.entries.begin(), feed.entries.end(), watcher.cursor,
      [](int64_t cursor, const WatchedEntry& entry) { return cursor < entry.position; });
  for (; next != feed.entries.end() && bytes < kJournalBytesPerRead; ++next) {
    news->entries.push_back(*next);
    bytes += SizeOf(*next);
  }
  news->up_to = next == feed.entries.end() ? last_position_ : news->entries.back().position;
  found->second = std::move(news);
  return found->second.get();
}

void WatchHub::Offer(Watcher& watcher, absl::Span<const WatchedEntry> entries, absl::Time now) {
  if (entries.empty() || !watcher.sink->Offer(entries, watcher.cursor)) return;
  // A watcher that has caught up is told so at once, even where it has just been sent something.
  if (watcher.live) watcher.checkpoint_time = now + options_.checkpoint_period;
}

bool WatchHub::TooSlow(const Watcher& watcher, absl::Time now) {
  if (now > watcher.offered_time + options_.stall_max) return true;
  const std::lock_guard lock(mutex_);
  return watcher.live && watcher.cursor < feeds_.at(watcher.account).complete_after;
}

void WatchHub::Expire(WatchId id, Watcher& watcher) {
  const absl::StatusOr<entitlement::Revision> oldest = store_->OldestRevision(watcher.account);
  if (!oldest.ok()) return End(id, watcher, entitlement::StoreUnavailable());
  End(id, watcher, entitlement::ResumeTokenExpired{.oldest = *oldest});
}

void WatchHub::End(WatchId id, Watcher& watcher, const entitlement::Refusal& why) {
  watcher.sink->End(why);
  Forget(id);
}

void WatchHub::Forget(WatchId id) {
  const std::lock_guard lock(mutex_);
  const auto watcher = watchers_.find(id);
  const auto feed = feeds_.find(watcher->second->account);
  if (--feed->second.watchers == 0) {
    bytes_ -= feed->second.bytes;
    feeds_.erase(feed);
  }
  watchers_.erase(watcher);
}

void WatchHub::EndAll() {
  while (true) {
    std::pair<WatchId, Watcher*> next{};
    {
      const std::lock_guard lock(mutex_);
      if (watchers_.empty()) return;
      next = {watchers_.begin()->first, watchers_.begin()->second.get()};
    }
    End(next.first, *next.second, entitlement::ServerDraining());
  }
}

bool WatchHub::AddToFeed(AccountNo account, const WatchedEntry& entry) {
  const auto found = feeds_.find(account);
  if (found == feeds_.end()) return false;
  Feed& feed = found->second;
  feed.entries.push_back(entry);
  feed.bytes += SizeOf(entry);
  bytes_ += SizeOf(entry);
  // The newest stays, however large it is.
  while (feed.entries.size() > 1 &&
         (feed.bytes > options_.account_bytes_max || bytes_ > options_.bytes_max)) {
    DropOldest(feed);
  }
  return true;
}

void WatchHub::DropOldest(Feed& feed) {
  const int64_t size = SizeOf(feed.entries.front());
  feed.complete_after = feed.entries.front().position;
  feed.bytes -= size;
  bytes_ -= size;
  feed.entries.pop_front();
}

void WatchHub::DropWhatAllHave() {
  absl::flat_hash_map<AccountNo, int64_t> had_by_all;
  for (const auto& [id, watcher] : watchers_) {
    if (!watcher->live || watcher->removed) continue;
    const auto [least, is_new] = had_by_all.try_emplace(watcher->account, watcher->cursor);
    if (!is_new) least->second = std::min(least->second, watcher->cursor);
  }
  for (const auto& [account, cursor] : had_by_all) {
    Feed& feed = feeds_.at(account);
    while (!feed.entries.empty() && feed.entries.front().position <= cursor) DropOldest(feed);
  }
}

void WatchHub::WakeUp() {
  news_ = true;
  if (asleep_) wake_.notify_one();
}

}  // namespace usher::engine
