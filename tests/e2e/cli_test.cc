// The real `usher` against the real `usherd`.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/e2e/cli_process.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/license_service.pb.h"

namespace usher::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kPoll = absl::Milliseconds(20);

class CliTest : public ::testing::Test {
 protected:
  CliTest()
      : usherd_({"--data-dir", directory_.path() + "/data", "--listen", "127.0.0.1:0"}),
        address_(usherd_.WaitForAddress()) {
    EXPECT_FALSE(address_.empty()) << usherd_.output();
    // Contexts of whoever runs the tests stay out of them.
    setenv("XDG_CONFIG_HOME", (directory_.path() + "/config").c_str(), 1);  // NOLINT
  }

  // "usher <words>" against the server. Words are separated by one blank.
  Finished Usher(const std::string& words) { return CliProcess(Arguments(words)).Wait(); }

  std::vector<std::string> Arguments(const std::string& words) const {
    std::vector<std::string> arguments;
    for (const absl::string_view word : absl::StrSplit(words, ' ')) arguments.emplace_back(word);
    arguments.push_back("--server");
    arguments.push_back(address_);
    arguments.push_back("--token-file");
    arguments.push_back(directory_.path() + "/data/operator.token");
    return arguments;
  }

  void Succeed(const std::string& words) {
    const Finished finished = Usher(words);
    EXPECT_EQ(finished.exit_code, 0) << words << ": " << finished.err;
  }

  void CreateSupport() {
    Succeed("account create acme --time-zone Europe/Berlin");
    Succeed("app create acme/support");
  }

  template <typename Response>
  Response Json(const std::string& words) {
    const Finished finished = Usher(words + " -o json");
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    Response response;
    const auto status = google::protobuf::util::JsonStringToMessage(finished.out, &response);
    EXPECT_TRUE(status.ok()) << status.ToString() << ": " << finished.out;
    return response;
  }

  int LiveSessions() {
    return Json<v1::ListSessionsResponse>("session list acme/support").sessions_size();
  }

 private:
  const testing::TempDir directory_;
  testing::UsherdProcess usherd_;
  const std::string address_;
};

TEST_F(CliTest, AnAgentWhoIsRefusedGetsTheLicenseThatAResetFrees) {  // R17–R20
  CreateSupport();
  Succeed("agent login acme/support ann@acme.test --ttl 1h");
  Succeed("agent login acme/support bob@acme.test --ttl 1h");
  Succeed("agent login acme/support cyd@acme.test --ttl 1h");
  Succeed("agent logout acme/support cyd@acme.test");

  const Finished refused = Usher("agent login acme/support dan@acme.test");
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.out, IsEmpty());
  EXPECT_THAT(refused.err,
              AllOf(StartsWith("usher: "), HasSubstr("usher reset acme/support --dry-run")));

  const Finished check = Usher("agent check acme/support dan@acme.test");
  EXPECT_EQ(check.exit_code, 5);
  EXPECT_THAT(check.out, HasSubstr("3 of 3 are held, 2 in use"));

  const Finished preview = Usher("reset acme/support --dry-run");
  EXPECT_EQ(preview.exit_code, 0);
  EXPECT_THAT(preview.out, AllOf(HasSubstr("cyd@acme.test  to be released"),
                                 HasSubstr("ann@acme.test  to be kept      the agent is logged")));

  EXPECT_EQ(Usher("reset acme/support").exit_code, 2) << "nobody can be asked here";
  const Finished reset = Usher("reset acme/support --yes");
  EXPECT_EQ(reset.exit_code, 0);
  EXPECT_THAT(reset.out, HasSubstr("Released 1 license, kept 2. 3 of 4 resets left"));
  EXPECT_EQ(Usher("reset acme/support --yes").exit_code, 5) << "nothing is left to release";

  Succeed("agent login acme/support dan@acme.test");
  EXPECT_THAT(Usher("agent list acme/support").out, HasSubstr("dan@acme.test"));

  const Finished held = Usher("history acme/support --license 3");
  EXPECT_EQ(held.exit_code, 0);
  EXPECT_THAT(held.out,
              AllOf(HasSubstr("dan@acme.test  holds it"), HasSubstr("cyd@acme.test  a reset")));
  EXPECT_THAT(Usher("history acme/support --resets").out, HasSubstr("operator         1     2"));
}

TEST_F(CliTest, ExitCodesTellScriptsWhatHappened) {
  CreateSupport();
  EXPECT_EQ(Usher("agent login acme/support ann").exit_code, 2) << "no email";
  EXPECT_EQ(Usher("app show acme/sales").exit_code, 3);
  EXPECT_EQ(Usher("license show acme/support 99").exit_code, 3);
  EXPECT_EQ(Usher("phone register acme/support 1001").exit_code, 5);
  EXPECT_EQ(Usher("app create acme/support").exit_code, 6);
  EXPECT_EQ(Usher("app undelete acme/support").exit_code, 6);
  EXPECT_EQ(CliProcess({"catalog", "--server", "127.0.0.1:1"}).Wait().exit_code, 7);
}

TEST_F(CliTest, VoiceCallsAreStartedExtendedEndedAndPaidFor) {  // R22–R26
  CreateSupport();
  const Finished refused = Usher("voice start acme/support c1");
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, HasSubstr("usher order create acme/support voice-agent-package=1"));

  Succeed("order create acme/support voice-agent-package=1 voice-minutes=5000");
  Succeed("voice start acme/support c1 --outbound --ttl 5m");
  Succeed("voice connect acme/support c1");
  Succeed("voice extend acme/support c1");
  EXPECT_EQ(Usher("voice extend acme/support c1 nobody").exit_code, 6);
  const Finished ended = Usher("voice end acme/support c1 --connected 61s");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("ended: completed"), HasSubstr("2 minutes: 2 of grant")));
  EXPECT_EQ(Usher("voice start acme/support c1").exit_code, 6) << "its name is taken for a day";
  EXPECT_EQ(Usher("voice end acme/support nobody").exit_code, 3);

  const Finished calls = Usher("voice calls acme/support");
  EXPECT_THAT(calls.out, AllOf(HasSubstr("completed"), HasSubstr("1:01")));
  const Finished balance = Usher("voice balance acme");
  EXPECT_EQ(balance.exit_code, 0);
  // In the order in which they burn.
  EXPECT_LT(balance.out.find("voice-agent-package"), balance.out.find("voice-minutes"));
  EXPECT_THAT(balance.out, AllOf(HasSubstr("12,998 minutes"), HasSubstr("acme/support")));
  EXPECT_THAT(Usher("app show acme/support").out, HasSubstr("0 of 3 slots taken"));

  for (const char* id : {"c2", "c3", "c4"}) Succeed(absl::StrCat("voice start acme/support ", id));
  const Finished full = Usher("voice start acme/support c5");
  EXPECT_EQ(full.exit_code, 5);
  EXPECT_THAT(full.err, HasSubstr("3 of 3"));
}

// What bash would offer for `words`, the last of which is being typed.
std::string Completed(const std::string& words) {
  const char* bin = std::getenv("USHER_BIN_DIR");  // NOLINT: no other thread.
  const std::string script = absl::StrCat(
      "PATH=", bin == nullptr ? "" : bin, ":$PATH; source <(usher completion bash); COMP_WORDS=(",
      words, "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _usher; echo ${COMPREPLY[@]}");
  FILE* bash = popen(absl::StrCat("bash -c '", script, "'").c_str(), "r");  // NOLINT
  if (bash == nullptr) return "no bash";
  std::string offered;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), static_cast<int>(part.size()), bash) != nullptr) {
    offered += part.data();
  }
  EXPECT_EQ(pclose(bash), 0);
  return std::string(absl::StripAsciiWhitespace(offered));
}

TEST(CliCompletion, OffersNounsVerbsOptionsAndTheirWords) {
  EXPECT_EQ(Completed("usher ap"), "app");
  EXPECT_EQ(Completed("usher agent lo"), "login logout");
  EXPECT_EQ(Completed("usher app up"), "update");
  EXPECT_EQ(Completed("usher app update acme/support --d"), "--display-name");
  EXPECT_EQ(Completed("usher agent login acme/support --ch"), "--channel");
  EXPECT_EQ(Completed("usher agent login acme/support --z"), "--zone");
  EXPECT_EQ(Completed("usher agent login acme/support --channel \"\""), "web sdk monitor");
  EXPECT_EQ(Completed("usher catalog -o j"), "json jsonl");
  EXPECT_EQ(Completed("usher agent login acme/support --client-id \"\""), "");
}

TEST_F(CliTest, AListIsReadToItsEnd) {
  CreateSupport();
  Succeed("order create acme/support standard-agent-package=400 --months 2");
  const auto all = Json<v1::ListLicensesResponse>("license list acme/support");
  EXPECT_EQ(all.licenses_size(), 1203);
  EXPECT_EQ(Json<v1::ListLicensesResponse>("license list acme/support --limit 7").licenses_size(),
            7);
}

TEST_F(CliTest, AQuoteBuysNothing) {  // R10
  CreateSupport();
  const Finished quote = Usher(
      "order create acme/support standard-agent-package=2 standard-agent=4 --months 3 "
      "--dry-run");
  EXPECT_EQ(quote.exit_code, 0) << quote.err;
  EXPECT_THAT(quote.out, AllOf(HasSubstr("1,200.00"), HasSubstr("EXPIRES (CE")));
  EXPECT_THAT(quote.err, HasSubstr("nothing was bought"));
  EXPECT_THAT(Usher("order list acme/support").out, IsEmpty());
}

TEST_F(CliTest, AnApplicationIsCalledAnew) {
  CreateSupport();
  Succeed("app update acme/support --display-name Helpdesk");
  EXPECT_THAT(Usher("app list acme").out, HasSubstr("Helpdesk"));
  EXPECT_EQ(Usher("app update acme/sales --display-name Sales").exit_code, 3);
}

TEST_F(CliTest, TheSameRequestIdBuysOnce) {  // R28
  CreateSupport();
  Succeed("order create acme/support standard-agent-package=1 --request-id purchase-1");
  Succeed("order create acme/support standard-agent-package=1 --request-id purchase-1");
  EXPECT_EQ(Json<v1::ListLicensesResponse>("license list acme/support").licenses_size(), 6);
}

TEST_F(CliTest, TheJournalIsListedWithASentenceForEachEvent) {  // R29
  CreateSupport();
  Succeed("agent login acme/support ann@acme.test --client-id desk-1");
  const Finished list = Usher("event list acme/support --type session_started --since 1h");
  EXPECT_EQ(list.exit_code, 0) << list.err;
  EXPECT_THAT(list.out, AllOf(HasSubstr("operator"),
                              HasSubstr("ann@acme.test logged in on web from desk-1, license 1")));
  EXPECT_THAT(Usher("event list").out, HasSubstr("operator token 1 was made"));
  EXPECT_THAT(Usher("event list acme --email ann@acme.test --limit 1 -o jsonl").out,
              AllOf(StartsWith("{"), HasSubstr("sessionStarted")));
}

TEST_F(CliTest, AWatchPrintsWhatHappensUntilItIsTerminated) {
  CreateSupport();
  Succeed("agent login acme/support ann@acme.test");
  CliProcess watch(Arguments("event watch acme --from-oldest --type session_started"));
  const auto printed = [&watch](const std::string& text) {
    const absl::Time give_up = absl::Now() + kPatience;
    while (watch.out().find(text) == std::string::npos && absl::Now() < give_up) {
      absl::SleepFor(kPoll);
    }
    return watch.out();
  };
  EXPECT_THAT(printed("ann@"), HasSubstr("ann@acme.test logged in on web"));
  Succeed("agent login acme/support bob@acme.test");
  EXPECT_THAT(printed("bob@"), HasSubstr("bob@acme.test logged in on web"));
  watch.Signal(SIGTERM);
  const Finished finished = watch.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, StartsWith("To go on from here: usher event watch acme --resume "));
}

TEST_F(CliTest, AWatchThatIsResumedGoesOnBehindItsToken) {
  CreateSupport();
  Succeed("agent login acme/support ann@acme.test");
  const Finished first = Usher("event watch acme --from-oldest --max 4 -o jsonl --show-tokens");
  const std::string key = "{\"resumeToken\":\"";
  const size_t begin = first.out.rfind(key) + key.size();
  const std::string token = first.out.substr(begin, first.out.find('"', begin) - begin);
  Succeed("agent login acme/support bob@acme.test");
  const Finished next = Usher("event watch acme --max 2 --resume " + token);
  EXPECT_EQ(next.exit_code, 0) << next.err;
  EXPECT_THAT(next.out, AllOf(HasSubstr("bob@acme.test was bound to license 2"),
                              HasSubstr("bob@acme.test logged in"), Not(HasSubstr("ann@"))));
}

TEST_F(CliTest, AContextSaysWhereTheServerIsAndWhichTokenOpensIt) {
  // The first one is in use at once.
  Succeed("context set here");
  const auto alone = [](const std::string& word) {
    return CliProcess({"whoami", "--context", word}).Wait();
  };
  EXPECT_EQ(CliProcess({"whoami"}).Wait().exit_code, 0);
  EXPECT_EQ(alone("here").exit_code, 0);
  const Finished unknown = alone("there");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--context names the context 'there', which there is not"));
}

TEST_F(CliTest, PhonesTakeALicenseAndGiveItBack) {  // R21
  CreateSupport();
  Succeed("order create acme/support premium-agent-package=1");
  Succeed("phone register acme/support 1001 --ttl 1h");
  EXPECT_THAT(Usher("phone list acme/support").out, HasSubstr("1001"));
  Succeed("phone unregister acme/support 1001");
  EXPECT_THAT(Usher("phone list acme/support").out, IsEmpty());
}

TEST_F(CliTest, ALoginThatIsHeldLogsOutWhenItIsInterrupted) {
  CreateSupport();
  CliProcess held(Arguments("agent login acme/support ann@acme.test --hold"));
  const absl::Time give_up = absl::Now() + kPatience;
  while (LiveSessions() == 0 && absl::Now() < give_up) absl::SleepFor(kPoll);
  held.Signal(SIGINT);
  const Finished finished = held.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("Logged out."));
  EXPECT_EQ(LiveSessions(), 0);
}

TEST_F(CliTest, ALoginThatIsHeldEndsWhenAnotherClientTakesOver) {  // R15
  CreateSupport();
  CliProcess held(
      Arguments("agent login acme/support ann@acme.test --hold --ttl 10s --client-id a"));
  const absl::Time give_up = absl::Now() + kPatience;
  while (LiveSessions() == 0 && absl::Now() < give_up) absl::SleepFor(kPoll);
  Succeed("agent login acme/support ann@acme.test --client-id b");
  const Finished finished = held.Wait();
  EXPECT_EQ(finished.exit_code, 6) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("The session has ended: superseded."));
  EXPECT_EQ(LiveSessions(), 1) << "the other client's";
}

}  // namespace
}  // namespace usher::e2e
