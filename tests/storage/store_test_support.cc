#include "tests/storage/store_test_support.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "entitlement/apply.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"

namespace usher::storage::testing {
namespace {

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

// Both as a store gives them back: without leases and what else dies with the process.
Application WithoutLeases(Application application) {
  for (entitlement::Session& session : application.sessions) session.lease_end = {};
  for (auto& [id, phone] : application.phones) phone.lease_end = {};
  return application;
}

void ExpectStored(Store& store, const Account& account, const Application& expected) {
  absl::StatusOr<Application> loaded = store.LoadApplication(expected.no, absl::InfinitePast());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->account, account.no);
  EXPECT_GE(loaded->last_session_id, expected.last_session_id);
  loaded->last_session_id = expected.last_session_id;
  Reindex(*loaded);
  const Application own = WithoutLeases(expected);
  EXPECT_EQ(Difference(*loaded, own), "") << "application number " << expected.no.value();
  EXPECT_TRUE(SameState(*loaded, own)) << "application number " << expected.no.value();
}

}  // namespace

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "usher-store-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

StoreUnderTest::StoreUnderTest(const std::string& kind) {
  if (kind == "memory") {
    store_ = std::make_unique<MemoryStore>();
  } else {
    store_ = OpenOrFail({.data_dir = directory_.path("data")});
  }
}

std::unique_ptr<SqliteStore> OpenOrFail(const SqliteStoreOptions& options) {
  absl::StatusOr<std::unique_ptr<SqliteStore>> store = SqliteStore::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  if (!store.ok()) std::abort();
  return std::move(*store);
}

Script Script::WithApplication() {
  Script script;
  script.In(1, 0).Add(
      AccountCreated{.id = AccountId("acme"), .display_name = "Acme", .zone_name = "UTC"});
  script.In(1, 1).Add(ApplicationCreated{.id = ApplicationId("support"),
                                         .display_name = "Support",
                                         .trial_expire_time = std::nullopt});
  script.Add(LicensesGranted{.first_id = LicenseId(1),
                             .count = 10,
                             .source = LicenseSource::kPackage,
                             .subscription = SubscriptionId(1),
                             .expire_time = testing::At("2027-01-01T00:00:00Z")});
  return script;
}

Script& Script::At(absl::Time time) {
  now_ = time;
  return *this;
}

Script& Script::In(int64_t account, int64_t application) {
  account_ = account;
  application_ = application;
  return *this;
}

Script& Script::Add(ChangePayload payload) {
  Change change{.account = AccountNo(account_),
                .application = ApplicationNo(application_),
                .event_time = now_,
                .payload = std::move(payload)};
  if (ClassOf(change.payload) == ChangeClass::kEvent) change.revision = Revision(++last_revision_);
  changes_.push_back(std::move(change));
  return *this;
}

absl::Status Script::Commit(Store& store, const std::string& payload) {
  const JournalEntry entry{.account = AccountNo(account_),
                           .first_revision = Revision(last_revision_),
                           .last_revision = Revision(last_revision_),
                           .record_time = now_,
                           .payload = payload};
  const std::vector<Change> changes = std::move(changes_);
  changes_.clear();
  return store.Commit({.changes = changes, .journal = {&entry, 1}});
}

SessionStarted Started(int64_t session, const std::string& email, int64_t license) {
  return {.id = SessionId(session),
          .email = Email(email),
          .channel = Channel::kWeb,
          .client_id = ClientId(absl::StrCat("tab-", session)),
          .license = LicenseId(license),
          .ttl = absl::Seconds(60),
          .lease_end = {}};
}

SessionEnded Ended(int64_t session, const std::string& email, EndReason reason) {
  return {.id = SessionId(session), .email = Email(email), .reason = reason, .note = {}};
}

absl::Status CommitNews(Store& store, World& world) {
  const std::vector<Change> changes = world.NewChanges();
  std::vector<UsageRecord> usages;
  for (const auto& [id, entry] : world.account().applications) {
    usages.push_back({entry.no, world.application("acme", id.value()).usage});
  }
  return store.Commit({.changes = changes, .usages = usages});
}

namespace {

// The account without what memory alone knows: leases, and reservations within the holds.
Account AsStored(Account account) {
  for (auto& [no, call] : account.voice.calls) {
    call.reserved = MinutesOf(call.hold);
    call.lease_end = {};
    call.unheard = false;
  }
  Reindex(account);
  return account;
}

// What is forgotten stays stored, as history. Only what is a day old is.
void ForgetAs(const Account& account, Account& loaded) {
  absl::erase_if(loaded.voice.ended_calls, [&account](const auto& ended) {
    return !account.voice.ended_calls.contains(ended.first);
  });
}

// The names of what differs, each with a blank behind it.
struct Differences {
  template <typename T>
  void Compare(const char* name, const T& a, const T& b) {
    if (!(a == b)) absl::StrAppend(&names, name, " ");
  }

  std::string names;
};

}  // namespace

void ExpectStored(Store& store, World& world) {
  const Account& account = world.account();
  absl::StatusOr<Account> loaded = store.LoadAccount(account.no, absl::InfinitePast());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_GE(loaded->last_revision, account.last_revision);
  loaded->last_revision = account.last_revision;
  EXPECT_GE(loaded->voice.last_call_no, account.voice.last_call_no);
  loaded->voice.last_call_no = account.voice.last_call_no;
  ForgetAs(account, *loaded);
  loaded = AsStored(*std::move(loaded));
  const Account stored = AsStored(account);
  EXPECT_EQ(loaded->applications, stored.applications);
  EXPECT_EQ(Difference(loaded->voice, stored.voice), "");
  EXPECT_TRUE(*loaded == stored);
  for (const auto& [id, entry] : account.applications) {
    ExpectStored(store, account, world.application("acme", id.value()));
  }
}

std::string Difference(const Application& a, const Application& b) {
  Differences differ;
  differ.Compare("account", a.account, b.account);
  differ.Compare("licenses", a.licenses, b.licenses);
  differ.Compare("agents", a.agents, b.agents);
  differ.Compare("sessions", a.sessions, b.sessions);
  differ.Compare("ended_sessions", a.ended_sessions, b.ended_sessions);
  differ.Compare("phones", a.phones, b.phones);
  differ.Compare("subscriptions", a.subscriptions, b.subscriptions);
  differ.Compare("resets", a.resets, b.resets);
  differ.Compare("usage", a.usage, b.usage);
  differ.Compare("last_order_id", a.last_order_id, b.last_order_id);
  return differ.names;
}

std::string Difference(const Voice& a, const Voice& b) {
  Differences differ;
  differ.Compare("applications", a.applications, b.applications);
  differ.Compare("grants", a.grants, b.grants);
  differ.Compare("calls", a.calls, b.calls);
  differ.Compare("ended_calls", a.ended_calls, b.ended_calls);
  differ.Compare("last_call_no", a.last_call_no, b.last_call_no);
  return differ.names;
}

std::vector<JournalRow> JournalRowsOf(Store& store, AccountNo account) {
  absl::StatusOr<JournalPage> page = store.ReadJournal({.account = account, .limit = 1'000'000});
  EXPECT_TRUE(page.ok()) << page.status();
  return page.ok() ? std::move(page->rows) : std::vector<JournalRow>();
}

std::vector<std::string> JournalOf(Store& store) {
  std::vector<std::string> payloads;
  for (const JournalRow& row : JournalRowsOf(store, AccountNo(1))) {
    payloads.push_back(row.entry.payload);
  }
  return payloads;
}

}  // namespace usher::storage::testing
