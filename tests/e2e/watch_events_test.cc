// WatchEvents: a live view of an account that misses nothing.
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/e2e/server_fixture.h"
#include "tests/e2e/watch_stream.h"

namespace usher::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kWatchAcme[] = "parent: 'accounts/acme'";

class WatchEventsTest : public ::testing::Test {
 protected:
  static ServerOptions Options() {
    ServerOptions options;
    options.watch.watchers_per_account_max = 3;
    options.watch.account_bytes_max = 64 * 1024;
    options.watch.checkpoint_period = absl::Milliseconds(200);
    return options;
  }
  void SetUp() override { api_.CreateSupport(); }
  void Restart() {
    server_.Restart();
    channel_ = server_.NewChannel();
    api_ = Api(channel_);
  }

  static std::string Resume(const std::string& token) {
    return absl::StrCat(kWatchAcme, " resume_token: '", token, "'");
  }
  static std::vector<int64_t> RevisionsOf(const std::vector<v1::Event>& events) {
    std::vector<int64_t> revisions;
    for (const v1::Event& event : events) revisions.push_back(event.revision());
    return revisions;
  }
  grpc::Status EndOf(const std::string& text) { return WatchStream(channel_, text).End(); }

  testing::TestServer server_{Options()};
  std::shared_ptr<grpc::Channel> channel_ = server_.NewChannel();
  Api api_{channel_};
};

TEST_F(WatchEventsTest, BeginsWithTheNextEventAndTellsACommandAtOnce) {
  WatchStream watch(channel_, kWatchAcme);
  watch.UpToDate();
  ASSERT_TRUE(api_.Login("ada").ok());
  v1::WatchEventsResponse message;
  do {
    ASSERT_TRUE(watch.Read(&message));
  } while (message.checkpoint());
  ASSERT_EQ(message.events_size(), 2);
  EXPECT_TRUE(message.events(0).has_license_bound());
  EXPECT_EQ(message.events(1).session_started().email(), "ada@example.com");
  EXPECT_NE(message.resume_token(), "");
}

TEST_F(WatchEventsTest, ResumesOverARestartWithoutAGapOrARepeat) {
  std::string token;
  {
    WatchStream watch(channel_, std::string(kWatchAcme) + " from_oldest: true");
    EXPECT_EQ(RevisionsOf(watch.Events(4)), (std::vector<int64_t>{1, 2, 3, 4}));
    token = watch.token();
  }
  ASSERT_TRUE(api_.Login("ada").ok());
  Restart();
  ASSERT_TRUE(api_.Login("bob").ok());
  WatchStream watch(channel_, Resume(token));
  EXPECT_EQ(RevisionsOf(watch.Events(4)), (std::vector<int64_t>{5, 6, 7, 8}));
  ASSERT_TRUE(api_.Login("cyd").ok());
  EXPECT_EQ(watch.Events(6).back().session_started().email(), "cyd@example.com");
}

TEST_F(WatchEventsTest, FiltersByApplicationAndType) {
  api_.Ask(&Account::CreateApplication, "account: 'accounts/acme' application_id: 'sales'");
  WatchStream sales(channel_, "parent: 'accounts/acme/applications/sales' from_oldest: true");
  WatchStream logins(channel_,
                     std::string(kWatchAcme) + " from_oldest: true types: 'session_started'");
  ASSERT_TRUE(api_.Login("ada").ok());
  EXPECT_EQ(logins.Events(1)[0].session_started().email(), "ada@example.com");
  sales.UpToDate();
  for (const v1::Event& event : sales.Events(3)) {
    EXPECT_EQ(event.application(), "accounts/acme/applications/sales");
  }
}

TEST_F(WatchEventsTest, AQuietStreamSaysThatItIsUpToDateAndItsTokenMovesOn) {
  WatchStream watch(channel_, kWatchAcme);
  watch.UpToDate();
  const std::string first = watch.token();
  api_.Ask(&Account::CreateAccount, "account_id: 'other'");
  watch.UpToDate();
  watch.UpToDate();
  EXPECT_NE(watch.token(), first);
  EXPECT_THAT(watch.Events(0), IsEmpty());
}

TEST_F(WatchEventsTest, ATokenOfAnotherListOrOfNobodyIsMalformed) {
  WatchStream watch(channel_, kWatchAcme);
  watch.UpToDate();
  for (const std::string& text :
       {"parent: '" + std::string(kSupport) + "' resume_token: '" + watch.token() + "'",
        Resume("nonsense"), Resume(std::string(257, 'x'))}) {
    const grpc::Status status = EndOf(text);
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELD") << text;
    EXPECT_EQ(InfoOf(status).metadata().at("field"), "resume_token");
  }
  const grpc::Status both = EndOf(Resume(watch.token()) + " from_oldest: true");
  EXPECT_EQ(InfoOf(both).metadata().at("field"), "from_oldest");
}

TEST_F(WatchEventsTest, ATokenOfAnotherDatabaseIsRefused) {
  WatchStream watch(channel_, kWatchAcme);
  watch.UpToDate();
  testing::TestServer other;
  const auto channel = other.NewChannel();
  Api(channel).CreateSupport();
  const grpc::Status status = WatchStream(channel, Resume(watch.token())).End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(ReasonOf(status), "RESUME_TOKEN_EXPIRED");
  EXPECT_EQ(InfoOf(status).metadata().at("oldestRevision"), "1");
}

TEST_F(WatchEventsTest, ATokenOfAPrunedPastIsRefused) {
  WatchStream watch(channel_, kWatchAcme);
  watch.UpToDate();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(api_.Login("ada", absl::StrCat("tab-", i)).ok());
  server_.Stop();
  {
    // As the server does it when the retention is over.
    auto store = storage::SqliteStore::Open({.data_dir = server_.data_dir()});
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->Prune({.journal_before = absl::InfiniteFuture()}, 1000).ok());
  }
  Restart();
  const grpc::Status status = EndOf(Resume(watch.token()));
  EXPECT_EQ(ReasonOf(status), "RESUME_TOKEN_EXPIRED");
  EXPECT_NE(InfoOf(status).metadata().at("oldestRevision"), "1");
  WatchStream anew(channel_, std::string(kWatchAcme) + " from_oldest: true");
  EXPECT_EQ(anew.Events(2).size(), 2U);
}

TEST_F(WatchEventsTest, OneMoreThanAnAccountMayHaveIsRefused) {
  std::vector<std::unique_ptr<WatchStream>> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(std::make_unique<WatchStream>(channel_, kWatchAcme));
    open.back()->UpToDate();
  }
  const grpc::Status status = EndOf(kWatchAcme);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "TOO_MANY_WATCHERS");
  EXPECT_EQ(InfoOf(status).metadata().at("limit"), "3");
  // Whoever goes makes room, though the server has nothing to say to it.
  open.pop_back();
  grpc::Status last;
  for (int i = 0; i < 100; ++i) {
    WatchStream again(channel_, kWatchAcme);
    v1::WatchEventsResponse message;
    if (again.Read(&message)) return;
    last = again.End();
    absl::SleepFor(absl::Milliseconds(20));
  }
  ADD_FAILURE() << last.error_message();
}

TEST_F(WatchEventsTest, OneWhoDoesNotReadIsCutOffAndResumes) {
  // A connection that takes little ahead of its reader.
  grpc::ChannelArguments narrow;
  narrow.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  narrow.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  narrow.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16 * 1024);
  WatchStream watch(
      grpc::CreateCustomChannel(server_.address(), grpc::InsecureChannelCredentials(), narrow),
      kWatchAcme, ReadOperatorToken(server_.data_dir()));
  watch.UpToDate();
  for (int i = 0; i < 5000 && server_.watch().watchers() > 0; ++i) {
    ASSERT_TRUE(api_.Login("ada", absl::StrCat("tab-", i)).ok());
  }
  const grpc::Status status = watch.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(status), "WATCHER_TOO_SLOW");
  // From its last token on it finds everything.
  const size_t told = watch.Events(0).size();
  WatchStream again(channel_, Resume(watch.token()));
  const int64_t last = api_.Login("ada", "last")->session().session_id();
  const std::vector<v1::Event>& rest = again.Events(0);
  while (rest.empty() || rest.back().session_started().session_id() != last) {
    ASSERT_TRUE(again.Read());
  }
  std::vector<v1::Event> all = watch.Events(0);
  ASSERT_EQ(all.size(), told);
  all.insert(all.end(), rest.begin(), rest.end());
  for (size_t i = 1; i < all.size(); ++i) {
    ASSERT_EQ(all[i].revision(), all[i - 1].revision() + 1);
  }
}

TEST_F(WatchEventsTest, AServerThatStopsSaysSoAndTheStreamResumes) {
  WatchStream watch(channel_, kWatchAcme);
  watch.UpToDate();
  ASSERT_TRUE(api_.Login("ada").ok());
  grpc::Status status;
  std::thread reader([&] { status = watch.End(); });
  server_.Stop();
  reader.join();
  EXPECT_EQ(ReasonOf(status), "SERVER_DRAINING");
  EXPECT_EQ(watch.Events(2).size(), 2U);
  Restart();
  ASSERT_TRUE(api_.Login("bob").ok());
  WatchStream again(channel_, Resume(watch.token()));
  EXPECT_EQ(again.Events(2).back().session_started().email(), "bob@example.com");
}

TEST_F(WatchEventsTest, RevokingTheTokenClosesWhatItOpened) {
  const auto made = api_.Ask(&Admin::CreateToken,
                             "display_name: 'eve' role: ROLE_VIEWER account: 'accounts/acme'");
  WatchStream watch(testing::OwnChannel(server_.address(), made.secret()), kWatchAcme);
  watch.UpToDate();
  api_.Ask(&Admin::RevokeToken, "token_id: '" + made.token().token_id() + "'");
  const grpc::Status status = watch.End();
  EXPECT_EQ(ReasonOf(status), "INVALID_CREDENTIAL");
}

// The journal alone says who holds what and who is logged in.
TEST_F(WatchEventsTest, AViewBuiltFromEventsIsThatOfTheLists) {
  for (const char* name : {"ada", "bob", "cyd"}) ASSERT_TRUE(api_.Login(name).ok());
  api_.AskInSupport(&Agents::EndSession, "session_id: 2");
  ASSERT_TRUE(api_.Login("ada", "tab-2").ok());
  api_.AskInSupport(&Licenses::ResetLicenses);
  api_.AskInSupport(&Orders::CreateOrder,
                    "items { product: 'standard-agent-package' quantity: 2 }"
                    " items { product: 'standard-agent' quantity: 3 }"
                    " items { product: 'standard-sip' quantity: 2 }");
  ASSERT_TRUE(api_.Login("dan").ok());
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '100'");
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '101'");
  api_.AskInSupport(&Phones::UnregisterPhone, "phone_id: '100'");

  std::map<int64_t, std::string> holders;
  std::map<int64_t, std::string> sessions;
  WatchStream watch(channel_, std::string(kWatchAcme) + " from_oldest: true");
  watch.UpToDate();
  for (const v1::Event& event : watch.Events(0)) {
    if (event.has_licenses_granted()) {
      for (const int64_t id : event.licenses_granted().license_ids()) holders[id] = "";
    }
    if (event.has_license_bound()) {
      holders[event.license_bound().license_id()] = event.license_bound().email();
    }
    if (event.has_license_released()) holders[event.license_released().license_id()] = "";
    if (event.has_phone_online()) {
      holders[event.phone_online().license_id()] = event.phone_online().phone_id();
    }
    if (event.has_phone_offline()) holders[event.phone_offline().license_id()] = "";
    if (event.has_session_started()) {
      sessions[event.session_started().session_id()] = event.session_started().email();
    }
    if (event.has_session_ended()) sessions.erase(event.session_ended().session_id());
  }
  std::map<int64_t, std::string> listed;
  const auto licenses = api_.AskInSupport(&Licenses::ListLicenses, "page_size: 1000");
  for (const auto& license : licenses.licenses()) {
    listed[license.license_id()] = license.holder();
  }
  EXPECT_EQ(holders, listed);
  std::map<int64_t, std::string> live;
  const auto open = api_.AskInSupport(&Agents::ListSessions);
  for (const auto& session : open.sessions()) {
    live[session.session_id()] = session.email();
  }
  EXPECT_EQ(sessions, live);
}

}  // namespace
}  // namespace usher::e2e
