// usher context, and what counts: the command line, the environment, the context, the defaults.
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/order_service.pb.h"

namespace usher::cli {
namespace {

using client::testing::Refusal;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ContextCommandTest : public ProgramTest {
 protected:
  ContextCommandTest() {
    Serve<v1::ListProductsRequest, v1::ListProductsResponse>("ListProducts", "{}");
  }
  ~ContextCommandTest() override {
    for (const char* variable : {"USHER_SERVER", "USHER_CONTEXT", "USHER_TOKEN", "USHER_TLS_CA"}) {
      unsetenv(variable);  // NOLINT: no other thread.
    }
  }

  static void Set(const char* variable, const std::string& value) {
    setenv(variable, value.c_str(), 1);  // NOLINT: no other thread.
  }

  // A file with that text; its path.
  std::string File(const std::string& name, const std::string& text) const {
    const std::string path = config_home_ + "/" + name;
    std::ofstream(path) << text << '\n';
    return path;
  }

  std::string ContextsPath() const { return config_home_ + "/usher/contexts.toml"; }

  // What a call that names nothing is made with.
  const ClientOptions& Call(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "catalog");
    EXPECT_EQ(Run(arguments), ExitCode::kOk) << err_.str();
    return options_;
  }
};

TEST_F(ContextCommandTest, TheFirstOneIsInUseAtOnceTheNextOnesWhenTheyAreUsed) {
  EXPECT_EQ(Run({"context", "set", "prod", "--server", "prod.test:1"}), ExitCode::kOk);
  EXPECT_EQ(err_.str(), "The context 'prod' is saved, and in use.\n");
  EXPECT_EQ(Run({"context", "set", "test", "--server", "test.test:2"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("usher context use test"));
  EXPECT_EQ(Call().server, "prod.test:1");
  EXPECT_EQ(Run({"context", "use", "test"}), ExitCode::kOk);
  EXPECT_EQ(Call().server, "test.test:2");
  EXPECT_EQ(Run({"context", "use", "--none"}), ExitCode::kOk);
  EXPECT_EQ(Call().server, kDefaultServer);
}

TEST_F(ContextCommandTest, TheCommandLineBeatsTheEnvironmentThatBeatsTheContext) {
  Run({"context", "set", "one", "--server", "one.test:1"});
  Run({"context", "set", "two", "--server", "two.test:2"});
  Set("USHER_CONTEXT", "two");
  EXPECT_EQ(Call().server, "two.test:2");
  EXPECT_EQ(Call({"--context", "one"}).server, "one.test:1");
  Set("USHER_SERVER", "env.test:3");
  EXPECT_EQ(Call({"--context", "one"}).server, "env.test:3");
  EXPECT_EQ(Call({"--server", "line.test:4"}).server, "line.test:4");
  Set("USHER_SERVER", "");
  EXPECT_EQ(Call().server, "two.test:2") << "an empty variable is none";
}

TEST_F(ContextCommandTest, AServerWithoutAPortIsAtTheDefaultOneWhereverItIsNamed) {
  EXPECT_EQ(Call({"--server", "line.test"}).server, "line.test:7600");
  Set("USHER_SERVER", "env.test");
  EXPECT_EQ(Call().server, "env.test:7600");
  Set("USHER_SERVER", "");
  Run({"context", "set", "one", "--server", "one.test"});
  EXPECT_EQ(Call().server, "one.test:7600");
  Run({"context", "show", "one"});
  EXPECT_THAT(out_.str(), HasSubstr("one.test:7600"));
  // As a person may have written it, or an older usher.
  std::ofstream(ContextsPath()) << "current = 'two'\n[contexts.two]\nserver = 'two.test'\n";
  EXPECT_EQ(Call().server, "two.test:7600");
}

TEST_F(ContextCommandTest, APortIsAddedOnlyWhereThereIsNone) {
  const std::vector<std::pair<std::string, std::string>> servers = {
      {"10.0.0.5", "10.0.0.5:7600"},
      {"10.0.0.5:1", "10.0.0.5:1"},
      {"::1", "[::1]:7600"},
      {"[fe80::1]", "[fe80::1]:7600"},
      {"[::1]:1", "[::1]:1"},
      {"unix:/run/usher", "unix:/run/usher"},
      {"dns:///usher.example", "dns:///usher.example"},
      {"ipv4:10.0.0.5:1", "ipv4:10.0.0.5:1"},
      {"host:http", "host:http"},
  };
  for (const auto& [given, called] : servers) {
    EXPECT_EQ(Call({"--server", given}).server, called);
  }
}

TEST_F(ContextCommandTest, ATokenIsOfTheFirstThatHasOne) {
  Run({"context", "set", "one", "--server", "one.test:1", "--token-file",
       File("saved.token", "saved")});
  EXPECT_EQ(Call().token, "saved");
  Set("USHER_TOKEN", "variable");
  EXPECT_EQ(Call().token, "variable");
  EXPECT_EQ(Call({"--token-file", File("given.token", "given")}).token, "given");
}

TEST_F(ContextCommandTest, ATokenThatIsRefusedIsToldWithWhereItIsFrom) {
  connection_->On<v1::ListProductsRequest, v1::ListProductsResponse>(
      "ListProducts", [](const v1::ListProductsRequest&) -> Result<v1::ListProductsResponse> {
        return Refusal(absl::StatusCode::kUnauthenticated, "INVALID_CREDENTIAL");
      });
  const auto said = [this](const std::vector<std::string>& arguments) {
    EXPECT_EQ(Run(arguments), ExitCode::kForbidden);
    return err_.str();
  };
  const std::string file = File("my.token", "secret");
  EXPECT_THAT(said({"catalog", "--server", "one.test"}), HasSubstr("none was found"));
  Run({"context", "set", "one", "--server", "one.test", "--token-file", file});
  EXPECT_THAT(said({"catalog"}), HasSubstr("the token of the context 'one', in " + file + ":"));
  Set("USHER_TOKEN", "variable");
  EXPECT_THAT(said({"catalog"}), HasSubstr("the token of USHER_TOKEN:"));
  EXPECT_THAT(
      said({"catalog", "--token-file", file}),
      AllOf(HasSubstr("the token of --token-file " + file + ":"), Not(HasSubstr("secret"))));
}

TEST_F(ContextCommandTest, TlsIsTheContextsUnlessTheCommandLineSaysOtherwise) {
  const std::string saved = File("saved.pem", "");
  const std::string other = File("other.pem", "");
  Run({"context", "set", "one", "--server", "one.test:1", "--tls-ca", saved});
  EXPECT_TRUE(Call().tls.enabled) << "it is implied";
  EXPECT_EQ(Call().tls.ca_file, saved);
  EXPECT_EQ(Call({"--tls-ca", other}).tls.ca_file, other);
  Set("USHER_TLS_CA", other);
  EXPECT_EQ(Call().tls.ca_file, other);
  EXPECT_FALSE(Call({"--tls=false"}).tls.enabled);
  EXPECT_EQ(options_.tls.ca_file, "");
}

TEST_F(ContextCommandTest, ACertificateIsShownWithItsKeyOrNotAtAll) {
  const std::string certificate = File("me.pem", "");
  const std::string key = File("me.key", "");
  const std::vector<std::vector<std::string>> commands = {
      {"catalog"}, {"context", "set", "one", "--server", "one.test:1"}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"--tls-cert", certificate});
    EXPECT_EQ(Run(command), ExitCode::kUsage);
    EXPECT_EQ(err_.str(),
              "usher: --tls-cert names a certificate and nothing its key: --tls-key FILE is "
              "missing.\n");
    command[command.size() - 2] = "--tls-key";
    EXPECT_EQ(Run(command), ExitCode::kUsage);
    EXPECT_EQ(err_.str(),
              "usher: --tls-key names a key and nothing its certificate: --tls-cert FILE is "
              "missing.\n");
  }
  EXPECT_FALSE(std::filesystem::exists(ContextsPath()));
  EXPECT_THAT(connection_->sent(), IsEmpty());
  EXPECT_TRUE(Call({"--tls-cert", certificate, "--tls-key", key}).tls.enabled) << "it is implied";
}

TEST_F(ContextCommandTest, TimesAreShownInItsZone) {
  Run({"context", "set", "one", "--server", "one.test:1", "--zone", "Asia/Tokyo"});
  EXPECT_EQ(Run({"account", "show", "acme"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("JST"));
  EXPECT_EQ(Run({"account", "show", "acme", "--zone", "UTC"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("UTC"), Not(HasSubstr("JST"))));
}

TEST_F(ContextCommandTest, WhatAContextNamesAndIsNotThereIsToldWithItsLine) {
  const std::string token = File("saved.token", "saved");
  Run({"context", "set", "one", "--server", "one.test:1", "--token-file", token});
  std::filesystem::remove(token);
  EXPECT_EQ(Run({"catalog"}), ExitCode::kUsage);
  EXPECT_EQ(err_.str(), absl::StrCat("usher: ", ContextsPath(), ":6: token-file ", token,
                                     " can't be read, or has no token.\n"));
  const std::string ca = File("saved.pem", "");
  Run({"context", "set", "one", "--server", "one.test:1", "--tls-ca", ca});
  std::filesystem::remove(ca);
  EXPECT_EQ(Run({"catalog"}), ExitCode::kUsage);
  EXPECT_EQ(err_.str(), absl::StrCat("usher: ", ContextsPath(), ":6: tls-ca names the file '", ca,
                                     "', which can't be read.\n"));
  EXPECT_THAT(connection_->sent(), IsEmpty());
}

TEST_F(ContextCommandTest, AContextThatIsNotThereIsToldWithWhoNamesIt) {
  EXPECT_EQ(Run({"catalog", "--context", "x"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), StartsWith("usher: --context names the context 'x', which there is not"));
  Set("USHER_CONTEXT", "y");
  EXPECT_EQ(Run({"catalog"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), StartsWith("usher: USHER_CONTEXT names the context 'y'"));
  EXPECT_EQ(Run({"completion", "bash"}), ExitCode::kOk) << "what calls no server does without";
  EXPECT_EQ(Run({"context", "set", "y", "--server", "y.test:1"}), ExitCode::kOk);
  EXPECT_EQ(Call().server, "y.test:1");
}

TEST_F(ContextCommandTest, AFileThatIsMalformedIsLeftAsItIs) {
  Run({"context", "set", "one", "--server", "one.test:1"});
  std::ofstream(ContextsPath()) << "[contexts.one]\nsever = 'x:1'\n";
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"catalog"}, {"context", "list"}, {"context", "set", "two", "--server", "two.test:1"}}) {
    EXPECT_EQ(Run(arguments), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), StartsWith(absl::StrCat("usher: ", ContextsPath(), ":2: 'sever' is")));
  }
}

TEST_F(ContextCommandTest, PathsAreKeptForUseFromAnyDirectory) {
  const auto here = std::filesystem::current_path();
  File("my.token", "saved");
  std::filesystem::current_path(config_home_);
  Run({"context", "set", "one", "--server", "one.test:1", "--token-file", "my.token"});
  std::filesystem::current_path(here);
  EXPECT_EQ(Call().token, "saved");
}

TEST_F(ContextCommandTest, ListShowsWhichOneIsInUse) {
  EXPECT_EQ(Run({"context", "list"}), ExitCode::kOk);
  EXPECT_EQ(err_.str(), "No contexts.\n");
  Run({"context", "set", "prod", "--server", "prod.test:1", "--tls"});
  Run({"context", "set", "test", "--server", "test.test:2"});
  EXPECT_EQ(Run({"context", "list"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(),
            "CONTEXT  SERVER       TLS  TOKEN FILE  IN USE\n"
            "prod     prod.test:1  yes  —           yes\n"
            "test     test.test:2  no   —\n");
  EXPECT_EQ(Run({"context", "list", "-o", "json"}), ExitCode::kOk);
  google::protobuf::Struct json;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(out_.str(), &json).ok());
  const auto& first = json.fields().at("contexts").list_value().values(0).struct_value().fields();
  EXPECT_EQ(first.at("name").string_value(), "prod");
  EXPECT_TRUE(first.at("current").bool_value());
  EXPECT_TRUE(first.at("tls").bool_value());
}

TEST_F(ContextCommandTest, ShowIsOfTheOneInUseUnlessAnotherIsNamed) {
  EXPECT_EQ(Run({"context", "show"}), ExitCode::kNotFound);
  Run({"context", "set", "prod", "--server", "prod.test:1"});
  Run({"context", "set", "test", "--server", "test.test:2"});
  EXPECT_EQ(Run({"context", "show"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("prod, in use"), HasSubstr("prod.test:1"),
                                HasSubstr("in each account's zone"), HasSubstr(ContextsPath())));
  EXPECT_EQ(Run({"context", "show", "test"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("test.test:2"), Not(HasSubstr("in use"))));
}

TEST_F(ContextCommandTest, ADeletedOneIsNoLongerInUse) {
  Run({"context", "set", "prod", "--server", "prod.test:1"});
  EXPECT_EQ(Run({"context", "delete", "prod"}), ExitCode::kOk);
  EXPECT_EQ(err_.str(), "The context 'prod' is deleted. No context is in use.\n");
  EXPECT_EQ(Call().server, kDefaultServer);
}

TEST_F(ContextCommandTest, WhatCanNotBeMeantIsRefused) {
  struct Row {
    std::vector<std::string> arguments;
    ExitCode code;
    const char* sentence;
  };
  const Row rows[] = {
      {{"context", "set", "prod"}, ExitCode::kUsage, "--server must say where the server"},
      {{"context", "set", "a b", "--server", "x:1"},
       ExitCode::kUsage,
       "NAME must be letters, digits, dots, dashes and underscores; 'a b' is not."},
      {{"context", "set", "prod", "--server", "x:1", "--token-file", "/nowhere/token"},
       ExitCode::kUsage,
       "--token-file /nowhere/token can't be read."},
      {{"context", "set", "prod", "--server", ""}, ExitCode::kUsage, "--server must not be empty"},
      {{"context", "use"}, ExitCode::kUsage, "Say which context to use"},
      {{"context", "use", "prod", "--none"}, ExitCode::kUsage, "Say which context to use"},
      {{"context", "use", "prod"}, ExitCode::kNotFound, "There is no context 'prod'."},
      {{"context", "delete", "prod"}, ExitCode::kNotFound, "There is no context 'prod'."},
      {{"context", "show", "prod"}, ExitCode::kNotFound, "There is no context 'prod'."},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Run(row.arguments), row.code) << row.sentence;
    EXPECT_THAT(err_.str(), HasSubstr(row.sentence));
  }
  EXPECT_FALSE(std::filesystem::exists(ContextsPath()));
}

}  // namespace
}  // namespace usher::cli
