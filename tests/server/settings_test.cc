// What an administrator says, wherever it is said, and what is answered to what can't be meant.
#include "server/settings.h"

#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_server.h"

namespace usher {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SettingsTest : public ::testing::Test {
 protected:
  // The message of the error that a file with this text is answered.
  std::string ReadFile(const std::string& text) {
    std::ofstream(path()) << text;
    return Message(settings_.ReadFile(path()));
  }
  std::string path() const { return directory_.path() + "/usherd.toml"; }
  static std::string Message(const absl::Status& status) {
    EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  }
  std::string ReadEnvironment(std::vector<const char*> variables) {
    variables.push_back(nullptr);
    return Message(settings_.ReadEnvironment(variables.data()));
  }

  testing::TempDir directory_;
  ServerOptions options_;
  Settings settings_{&options_};
};

TEST_F(SettingsTest, TheDefaultsAreTheSeedRules) {
  EXPECT_EQ(settings_.Validate(), absl::OkStatus());
  EXPECT_EQ(options_.policy.trial_days, 14);
  EXPECT_EQ(options_.policy.journal_retention, absl::Hours(24 * 400));
  const std::string printed = settings_.Print();
  EXPECT_THAT(printed, HasSubstr("trial_days = 14 "));
  EXPECT_THAT(printed, HasSubstr("journal_retention = \"400d\""));
  EXPECT_THAT(printed, HasSubstr("# default\n"));
}

TEST_F(SettingsTest, AFileSaysAnything) {
  EXPECT_EQ(ReadFile(R"(
data_dir = "/var/lib/usher"
[limits]
watchers = 7
[policy]
trial_days = 30
trials_per_account = "2"
drain_period = "90s"
journal_retention = "30d"
voice_period = "anniversary"
[policy.session_ttl]
default = "2m"
)"),
            "");
  EXPECT_EQ(options_.data_dir, "/var/lib/usher");
  EXPECT_EQ(options_.watch.watchers_max, 7);
  EXPECT_EQ(options_.policy.trial_days, 30);
  EXPECT_EQ(options_.policy.trials_per_account, 2);
  EXPECT_EQ(options_.policy.drain_period, absl::Seconds(90));
  EXPECT_EQ(options_.policy.journal_retention, absl::Hours(24 * 30));
  EXPECT_EQ(options_.policy.voice_period, entitlement::VoicePeriod::kAnniversary);
  EXPECT_EQ(options_.policy.session_ttl.fallback, absl::Minutes(2));
  EXPECT_THAT(settings_.Print(), HasSubstr("# " + path() + ":6"));
}

TEST_F(SettingsTest, TheEnvironmentWinsOverTheFileAndTheCommandLineOverBoth) {
  EXPECT_EQ(ReadFile("[policy]\ntrial_days = 1\nresets_per_month = 1\ntrial_agent_licenses = 1\n"),
            "");
  EXPECT_EQ(ReadEnvironment({"HOME=/root", "USHER_POLICY_RESETS_PER_MONTH=2",
                             "USHER_POLICY_TRIAL_AGENT_LICENSES=2", "USHER_TOKEN=x"}),
            "");
  EXPECT_EQ(Message(settings_.SetPair("policy.trial_agent_licenses=3", "--set")), "");
  EXPECT_EQ(options_.policy.trial_days, 1);
  EXPECT_EQ(options_.policy.resets_per_month, 2);
  EXPECT_EQ(options_.policy.trial_agent_licenses, 3);
  const std::string printed = settings_.Print();
  EXPECT_THAT(printed, HasSubstr("# " + path() + ":2\n"));
  EXPECT_THAT(printed, HasSubstr("# USHER_POLICY_RESETS_PER_MONTH\n"));
  EXPECT_THAT(printed, HasSubstr("# --set\n"));
}

TEST_F(SettingsTest, WhatIsPrintedReadsBackAsTheSame) {
  ASSERT_EQ(Message(settings_.Set("policy.journal_retention", "36h", "--set")), "");
  ASSERT_EQ(Message(settings_.Set("data_dir", "with \"quotes\" and \\", "--set")), "");
  const std::string printed = settings_.Print();
  ServerOptions again;
  Settings reader(&again);
  std::ofstream(path()) << printed;
  ASSERT_EQ(Message(reader.ReadFile(path())), "");
  EXPECT_EQ(again.data_dir, "with \"quotes\" and \\");
  EXPECT_EQ(again.policy.journal_retention, absl::Hours(36));
  ASSERT_EQ(again.catalog.products().size(), options_.catalog.products().size());
  for (size_t i = 0; i < again.catalog.products().size(); ++i) {
    const entitlement::Product& read = again.catalog.products()[i];
    const entitlement::Product& was = options_.catalog.products()[i];
    EXPECT_EQ(read.product_id, was.product_id);
    EXPECT_EQ(read.display_name, was.display_name);
    EXPECT_EQ(read.role, was.role);
    EXPECT_EQ(read.edition, was.edition);
    EXPECT_EQ(read.unit_price_cents, was.unit_price_cents);
    EXPECT_EQ(read.monthly, was.monthly);
    EXPECT_EQ(read.minimum_quantity, was.minimum_quantity);
    EXPECT_EQ(read.maximum_quantity, was.maximum_quantity);
    EXPECT_EQ(read.required_product, was.required_product);
    EXPECT_EQ(read.agent_licenses, was.agent_licenses);
    EXPECT_EQ(read.sip_licenses, was.sip_licenses);
    EXPECT_EQ(read.concurrency, was.concurrency);
    EXPECT_EQ(read.minutes, was.minutes);
  }
}

TEST_F(SettingsTest, MistakesNameTheirPlaceAndWhatWouldBeRight) {
  struct Row {
    std::string file;
    std::string error;
  };
  const std::vector<Row> rows = {
      {"[policy]\ntrail_days = 3\n", ":2: there is no setting policy.trail_days"},
      {"[policy]\n\ntrial_days = \"3\"\n", ":3: policy.trial_days must be a whole number"},
      {"[policy]\ntrial_days = -1\n",
       ":2: policy.trial_days must be a whole number from 0 to 3650; '-1' is not"},
      {"[policy]\ntrial_days = 3651\n",
       ":2: policy.trial_days must be a whole number from 0 to 3650; '3651' is not"},
      {"data_dir = 7\n", ":1: data_dir must be a text in quotes"},
      {"allow_plaintext = \"yes\"\n", ":1: allow_plaintext must be true or false"},
      {"[policy]\ndrain_period = \"25h\"\n",
       ":2: policy.drain_period must be a duration from 0 to 1d, such as 90s or 30d; '25h' is not"},
      {"[policy]\nvoice_period = \"week\"\n",
       ":2: policy.voice_period must be \"month\" or \"anniversary\"; 'week' is not"},
      {"[policy]\ntrials_per_account = \"-1\"\n",
       ":2: policy.trials_per_account must be \"unlimited\", or from \"0\" to \"10000\"; '-1' is "
       "not"},
      {"[log]\nformat = \"xml\"\n", ":2: log.format must be \"text\" or \"json\"; 'xml' is not"},
      {"[log]\nlevel = \"loud\"\n",
       ":2: log.level must be \"debug\", \"info\", \"warning\" or \"error\"; 'loud' is not"},
      {"policy = 3\n", ":1: there is no setting policy"},
      {"catalog = 3\n", ":1: catalog must consist of tables [[catalog]]"},
  };
  for (const Row& row : rows) EXPECT_EQ(ReadFile(row.file), path() + row.error) << row.file;
  EXPECT_THAT(ReadFile("listen = \n"), HasSubstr(path() + ":1: "));
  EXPECT_THAT(Message(settings_.ReadFile("/nowhere/usherd.toml")),
              HasSubstr("/nowhere/usherd.toml"));
  EXPECT_EQ(
      ReadEnvironment({"USHER_LIMITS_WATCHERS=many"}),
      "USHER_LIMITS_WATCHERS: limits.watchers must be a whole number from 0 to 100000; 'many' "
      "is not");
  EXPECT_EQ(Message(settings_.SetPair("policy.trial_days", "--set")),
            "--set needs NAME=VALUE; 'policy.trial_days' is not");
  EXPECT_EQ(Message(settings_.SetPair("x=1", "--set")), "--set: there is no setting x");
}

TEST_F(SettingsTest, AVariableOfNoSettingIsAnErrorUnlessOthersReadIt) {
  for (const char* misspelt :
       {"USHER_POLICY_TRIAL_DAY=30", "USHER_TLS_CLIENTCA=/x", "USHER_LISTN=x", "USHER_=x"}) {
    const std::string name(misspelt, std::string_view(misspelt).find('='));
    EXPECT_EQ(ReadEnvironment({misspelt}),
              name + ": there is no setting of that name (man usherd.toml has them all)");
  }
  EXPECT_EQ(ReadEnvironment({"USHER_CONFIG=x", "USHER_CONTEXT=x", "USHER_SERVER=x",
                             "USHER_TLS_CA=x", "USHER_TOKEN=x"}),
            "");
  EXPECT_EQ(
      ReadEnvironment({"USHER_SERVICE_HOST=10.0.0.9", "USHER_SERVICE_PORT_GRPC=7600",
                       "USHER_PORT=tcp://10.0.0.9:7600", "USHER_HTTP_PORT_7601_TCP_ADDR=10.0.0.9"}),
      "");
  EXPECT_EQ(ReadEnvironment({"USHERING=x", "USHER_WITHOUT_A_VALUE"}), "");
}

TEST_F(SettingsTest, WhatContradictsItselfIsRefusedAsAWhole) {
  options_.policy.call_ttl.min = absl::Hours(2);
  EXPECT_THAT(Message(settings_.Validate()), HasSubstr("policy.call_ttl must have min"));
  options_ = ServerOptions();
  options_.tls.certificate = "server.pem";
  EXPECT_THAT(Message(settings_.Validate()), HasSubstr("go together"));
  options_ = ServerOptions();
  options_.tls.client_ca = "clients.pem";
  EXPECT_THAT(Message(settings_.Validate()), HasSubstr("tls.client_ca (--tls-client-ca) needs"));
  options_ = ServerOptions();
  options_.listen = "0.0.0.0:7600";
  EXPECT_THAT(Message(settings_.Validate()), HasSubstr("plaintext"));
  options_ = ServerOptions();
  options_.http_listen = "0.0.0.0:7601";
  EXPECT_THAT(Message(settings_.Validate()), HasSubstr("http.allow_plaintext"));
  options_.http_listen = "nowhere";
  EXPECT_THAT(Message(settings_.Validate()), HasSubstr("--http must be HOST:PORT"));
  options_.http_listen = kHttpOff;
  EXPECT_EQ(settings_.Validate(), absl::OkStatus());
  options_ = ServerOptions();
  options_.data_dir = "";
  EXPECT_THAT(Message(settings_.Validate()), HasSubstr("data_dir"));
}

TEST_F(SettingsTest, AContradictionNamesEachPlaceThatSaidIt) {
  ASSERT_EQ(ReadFile("[policy.session_ttl]\nmin = \"2m\"\n"), "");
  EXPECT_EQ(Message(settings_.Validate()),
            path() + ":2: policy.session_ttl must have min ≤ default ≤ max; 2m, 1m and 1h are not");
  ASSERT_EQ(ReadEnvironment({"USHER_POLICY_SESSION_TTL_DEFAULT=90s"}), "");
  EXPECT_THAT(Message(settings_.Validate()),
              StartsWith("USHER_POLICY_SESSION_TTL_DEFAULT, " + path() + ":2: policy.session_ttl"));
  ASSERT_EQ(Message(settings_.Set("policy.session_ttl.default", "5m", "--set")), "");
  ASSERT_EQ(ReadFile("listen = \"0.0.0.0:7600\"\n"), "");
  EXPECT_THAT(Message(settings_.Validate()), StartsWith(path() + ":1: --listen 0.0.0.0:7600"));
  ASSERT_EQ(ReadFile("[tls]\nclient_ca = \"clients.pem\"\n"), "");
  EXPECT_THAT(Message(settings_.Validate()), StartsWith(path() + ":2: tls.client_ca"));
}

constexpr char kPackage[] = R"([[catalog]]
product_id = "basic-package"
role = "package"
edition = "standard"
unit_price_cents = 100
agent_licenses = 5
)";

TEST_F(SettingsTest, ACatalogInTheFileTakesThePlaceOfTheSeedCatalog) {
  ASSERT_EQ(ReadFile(kPackage), "");
  EXPECT_EQ(settings_.Validate(), absl::OkStatus());
  ASSERT_EQ(options_.catalog.products().size(), 1U);
  EXPECT_EQ(options_.catalog.Find("basic-package")->agent_licenses, 5);
  EXPECT_THAT(settings_.Print(), HasSubstr("# The catalog: " + path() + ":1\n"));
}

TEST_F(SettingsTest, ACatalogThatDoesNotHoldTogetherNamesTheProduct) {
  const std::string package = kPackage;
  const auto error = [&](const std::string& more) {
    std::string message = ReadFile(package + more);
    return message.empty() ? Message(settings_.Validate()) : message;
  };
  const std::string add_on = "[[catalog]]\nproduct_id = \"more\"\nrole = \"add-on\"\n";
  EXPECT_THAT(error(package), EndsWith("the product 'basic-package' stands in the catalog twice"));
  EXPECT_THAT(error(add_on), EndsWith("the product 'more' has no edition"));
  EXPECT_THAT(error(add_on + "edition = \"standard\"\n"),
              EndsWith("requires '', which is no package of the catalog"));
  EXPECT_THAT(error(add_on + "edition = \"premium\"\nrequired_product = \"basic-package\"\n"),
              EndsWith("is of another edition than what it requires"));
  EXPECT_THAT(error(add_on + "edition = \"gold\"\n"),
              EndsWith(":10: catalog.edition must be one of standard, premium"));
  EXPECT_THAT(error(add_on + "colour = \"red\"\n"),
              EndsWith(":10: catalog.colour is no key of a product"));
  EXPECT_THAT(error("[[catalog]]\nproduct_id = \"Bad\"\nrole = \"package\"\n"),
              EndsWith("product_id must be 1 to 63 of a-z, 0-9 and hyphens"));
  EXPECT_THAT(error("[[catalog]]\nproduct_id = \"x\"\n"),
              EndsWith("catalog.role is needed for each product"));
  EXPECT_THAT(error(add_on + "unit_price_cents = -1\n"),
              HasSubstr("must be a whole number from 0"));
  EXPECT_THAT(error(add_on + "edition = \"standard\"\nrequired_product = \"basic-package\"\n"
                             "minimum_quantity = 5\nmaximum_quantity = 4\n"),
              EndsWith("has a minimum_quantity above its maximum_quantity"));
}

TEST(DurationTextTest, DaysAreDays) {
  absl::Duration duration;
  EXPECT_TRUE(ParseDurationText("400d", &duration));
  EXPECT_EQ(duration, absl::Hours(24 * 400));
  EXPECT_TRUE(ParseDurationText("1h30m", &duration));
  EXPECT_EQ(DurationText(duration), "1h30m");
  EXPECT_EQ(DurationText(absl::Hours(48)), "2d");
  EXPECT_EQ(DurationText(absl::ZeroDuration()), "0");
  for (const char* text : {"", "d", "1.5d", "d1", "ten", "1 d"}) {
    EXPECT_FALSE(ParseDurationText(text, &duration)) << text;
  }
}

}  // namespace
}  // namespace usher
