// The HTTP port of a real server: probes say what gRPC's health service says, metrics what happened
// and what docs/metrics.md has of it.
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "engine/engine.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/server_fixture.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/http_client.h"

namespace usher::e2e {
namespace {

using grpc::health::v1::HealthCheckResponse;
using storage::testing::FaultVfs;
using ::testing::HasSubstr;
using testing::HttpClient;
using testing::HttpResponse;

// SQLite's SQLITE_FULL.
constexpr int kDiskFull = 13;

// What docs/metrics.md says of a metric, or the page does.
struct Described {
  std::string type;
  std::set<std::string> labels;

  friend bool operator==(const Described&, const Described&) = default;
  friend void PrintTo(const Described& described, std::ostream* out) {
    *out << described.type << " {";
    for (const std::string& label : described.labels) *out << " " << label;
    *out << " }";
  }
};
using Catalogue = std::map<std::string, Described>;

std::string Unquoted(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  absl::ConsumePrefix(&text, "`");
  absl::ConsumeSuffix(&text, "`");
  return std::string(text);
}

// The rows "| `name` | type | `label`, `label` | meaning |".
Catalogue Documented() {
  Catalogue documented;
  std::ifstream file(USHER_DOCS_DIR "/metrics.md");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = absl::StrSplit(line, '|');
    if (cells.size() < 6 || cells[1].find('`') == std::string::npos) continue;
    Described& described = documented[Unquoted(cells[1])];
    described.type = std::string(absl::StripAsciiWhitespace(cells[2]));
    for (const absl::string_view label : absl::StrSplit(cells[3], ',')) {
      if (!Unquoted(label).empty()) described.labels.insert(Unquoted(label));
    }
  }
  return documented;
}

// The families of a page, with the labels of their samples.
Catalogue Printed(const std::string& page) {
  Catalogue printed;
  std::string family;
  for (const absl::string_view line : absl::StrSplit(page, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words[0] == "#" && words[1] == "TYPE") {
      family = words[2];
      printed[family].type = words[3];
    } else if (words[0] != "#") {
      EXPECT_EQ(line.substr(0, family.size()), family);
      const size_t open = line.find('{');
      if (open == absl::string_view::npos) continue;
      const absl::string_view inner = line.substr(open + 1, line.rfind('}') - open - 1);
      for (const absl::string_view pair : absl::StrSplit(inner, ',')) {
        const std::string label(pair.substr(0, pair.find('=')));
        if (label != "le") printed[family].labels.insert(label);
      }
    }
  }
  return printed;
}

class ProbesTest : public ::testing::Test {
 protected:
  static ServerOptions Options(ServerOptions options = {}) {
    options.http_listen = "127.0.0.1:0";
    return options;
  }

  HttpResponse Get(const std::string& path) { return HttpClient(server_.http_port()).Get(path); }

  // The value of the sample that is written so; -1 where there is none.
  double Sample(const std::string& sample) {
    const std::string page = "\n" + Get("/metrics").body;
    const size_t found = page.find("\n" + sample + " ");
    if (found == std::string::npos) return -1;
    const size_t start = found + sample.size() + 2;
    double value = -1;
    EXPECT_TRUE(absl::SimpleAtod(page.substr(start, page.find('\n', start) - start), &value));
    return value;
  }

  HealthCheckResponse::ServingStatus Health(const std::string& service = "") {
    const auto stub = grpc::health::v1::Health::NewStub(testing::OwnChannel(server_.address()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    EXPECT_TRUE(stub->Check(&context, request, &response).ok());
    return response.status();
  }

  FaultVfs vfs_{"probes-test"};
  testing::TestServer server_{Options({.store_vfs = vfs_.name()})};
  Api api_{server_.NewChannel()};
};

TEST_F(ProbesTest, AServerThatServesSaysSo) {
  for (const char* page : {"/livez", "/readyz"}) {
    EXPECT_EQ(Get(page).status, 200) << page;
    EXPECT_EQ(Get(page).body, "ok\n") << page;
  }
  EXPECT_EQ(Sample("usher_serving"), 1);
  const HttpResponse metrics = Get("/metrics");
  EXPECT_THAT(metrics.headers,
              HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
}

TEST_F(ProbesTest, ThePageHasWhatTheDocsHave) {
  api_.CreateSupport();
  api_.Login("ada");
  EXPECT_EQ(Printed(Get("/metrics").body), Documented());
}

TEST_F(ProbesTest, EveryMethodIsAtZeroFromTheStart) {
  for (const char* method : {"StartSession", "EndSession", "ListAgents"}) {
    const std::string labels = R"(grpc_type="unary",grpc_service="usher.v1.AgentService",)"
                               R"(grpc_method=")" +
                               std::string(method) + "\"";
    EXPECT_EQ(Sample("grpc_server_started_total{" + labels + "}"), 0);
    EXPECT_EQ(Sample("grpc_server_handled_total{" + labels + ",grpc_code=\"OK\"}"), 0);
  }
  EXPECT_EQ(Sample(R"(usher_refusals_total{reason="NO_IDLE_LICENSE"})"), 0);
  EXPECT_EQ(Sample(R"(grpc_server_started_total{grpc_type="server_stream",)"
                   R"(grpc_service="grpc.health.v1.Health",grpc_method="Watch"})"),
            0);
}

TEST_F(ProbesTest, LoginsAndRefusalsAreCounted) {
  api_.CreateSupport();
  for (const char* agent : {"ann", "ben", "cleo"}) EXPECT_TRUE(api_.Login(agent).ok());
  EXPECT_FALSE(api_.Login("dilan").ok());
  api_.CallInSupport(&Agents::EndSession, "session_id: 1");
  const std::string start = R"({grpc_type="unary",grpc_service="usher.v1.AgentService",)"
                            R"(grpc_method="StartSession")";
  EXPECT_EQ(Sample("grpc_server_started_total" + start + "}"), 4);
  EXPECT_EQ(Sample("grpc_server_handled_total" + start + ",grpc_code=\"OK\"}"), 3);
  EXPECT_EQ(Sample("grpc_server_handled_total" + start + ",grpc_code=\"ResourceExhausted\"}"), 1);
  EXPECT_EQ(Sample("grpc_server_handling_seconds_count" + start + "}"), 4);
  EXPECT_EQ(Sample(R"(usher_refusals_total{reason="NO_IDLE_LICENSE"})"), 1);
  EXPECT_EQ(Sample("usher_accounts_loaded"), 1);
  EXPECT_EQ(Sample("usher_applications_loaded"), 1);
  EXPECT_EQ(Sample("usher_sessions"), 2);
  const std::string pool = R"(usher_licenses{kind="agent",edition="standard",state=)";
  EXPECT_EQ(Sample(pool + "\"in_use\"}"), 2);
  EXPECT_EQ(Sample(pool + "\"bound\"}"), 1);
  EXPECT_EQ(Sample(pool + "\"idle\"}"), 0);
  EXPECT_GE(Sample("usher_commit_commands_count"), 6);
  EXPECT_GE(Sample("usher_store_sync_seconds_count"), Sample("usher_commit_seconds_count"));
  EXPECT_GT(Sample("usher_store_log_bytes"), 0);
}

TEST_F(ProbesTest, PhonesCallsAndMinutesAreCounted) {
  api_.CreateSupport();
  api_.BuyVoice();
  api_.AskInSupport(&Orders::CreateOrder, "items { product: 'premium-agent-package' quantity: 1 }");
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: 'desk-1'");
  api_.AskInSupport(&Voice::StartCall, "call_id: 'c-1' direction: CALL_DIRECTION_OUTBOUND");
  EXPECT_EQ(Sample("usher_phones"), 1);
  EXPECT_EQ(Sample("usher_calls"), 1);
  EXPECT_EQ(Sample("usher_voice_minutes_remaining"), 7999);
  EXPECT_EQ(Sample("usher_voice_minutes_reserved"), 1);
  const std::string pool = R"(usher_licenses{kind="sip",edition="premium",state=)";
  EXPECT_EQ(Sample(pool + "\"in_use\"}"), 1);
  EXPECT_EQ(Sample(pool + "\"idle\"}"), 2);
}

TEST_F(ProbesTest, AStoreThatRefusesIsToldToEveryProbeUntilItTakesWritesAgain) {
  api_.CreateSupport();
  ASSERT_TRUE(api_.Login("ada").ok());
  vfs_.FailAfter(FaultVfs::Operation::kWrite, 0, kDiskFull);
  const absl::Time begun = absl::Now();
  // A refused login is a moment's trouble, and no reason to send callers away.
  EXPECT_EQ(ReasonOf(api_.Login("bob").status), "STORE_UNAVAILABLE");
  EXPECT_EQ(Get("/readyz").status, 200);
  while (Get("/readyz").status == 200 && absl::Now() < begun + absl::Seconds(30)) {
    EXPECT_EQ(ReasonOf(api_.Login("bob").status), "STORE_UNAVAILABLE");
    absl::SleepFor(absl::Milliseconds(200));
  }
  EXPECT_GE(absl::Now() - begun, engine::kStoreRefusesAfter);
  // Its own probes fail, too.
  absl::SleepFor(3 * engine::kStoreProbePeriod);
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/readyz").body, "not serving: the store refuses writes\n");
  EXPECT_EQ(Get("/livez").status, 200);
  for (const char* service : {"", "usher.v1.AgentService", "usher.v1.VoiceService"}) {
    EXPECT_EQ(Health(service), HealthCheckResponse::NOT_SERVING) << service;
  }
  EXPECT_EQ(Sample("usher_store_refuses"), 1);
  EXPECT_EQ(Sample("usher_serving"), 0);
  EXPECT_GT(Sample("usher_commits_refused_total"), 0);

  vfs_.Heal();
  const absl::Time healed = absl::Now();
  while (Get("/readyz").status != 200 && absl::Now() < healed + absl::Seconds(30)) {
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_LT(absl::Now() - healed, absl::Seconds(10));
  EXPECT_EQ(Health(), HealthCheckResponse::SERVING);
  EXPECT_EQ(Sample("usher_store_refuses"), 0);
  EXPECT_TRUE(api_.Login("bob").ok());
}

TEST_F(ProbesTest, NoLabelNamesACustomer) {
  api_.CreateSupport();
  api_.Login("ada");
  const std::string page = Get("/metrics").body;
  for (const char* name : {"acme", "support", "ada", "example.com"}) {
    EXPECT_EQ(page.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace usher::e2e
