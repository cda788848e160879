// ProgramTest: whole command lines of `usher` against a scripted server.
#pragma once

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/program.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/client/fake_connection.h"
#include "usher/v1/account_service.pb.h"

namespace usher::cli {

class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest() {
    setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT: no other thread.
    for (const char* variable : {"USHER_SERVER", "USHER_CONTEXT", "USHER_TOKEN", "USHER_TLS_CA"}) {
      unsetenv(variable);  // NOLINT: no other thread.
    }
    // Contexts of whoever runs the tests stay out of them.
    std::string directory = ::testing::TempDir() + "usher-cli-XXXXXX";
    EXPECT_NE(mkdtemp(directory.data()), nullptr);
    config_home_ = directory;
    setenv("XDG_CONFIG_HOME", config_home_.c_str(), 1);  // NOLINT: no other thread.
    Serve<v1::GetAccountRequest, v1::GetAccountResponse>(
        "GetAccount", R"({"account": {"name": "accounts/acme", "timeZone": "Europe/Berlin"}})");
  }

  ~ProgramTest() override { std::filesystem::remove_all(config_home_); }

  // Answers `method` with that message.
  template <typename Request, typename Response>
  void Serve(const std::string& method, const std::string& json) {
    Response response;
    const auto status = google::protobuf::util::JsonStringToMessage(json, &response);
    ASSERT_TRUE(status.ok()) << status.ToString();
    connection_->On<Request, Response>(
        method, [response](const Request&) -> Result<Response> { return response; });
  }

  ExitCode Run(const std::vector<std::string>& arguments, const std::string& input = "",
               bool in_is_terminal = false) {
    out_.str("");
    err_.str("");
    std::istringstream in(input);
    return RunProgram(arguments,
                      {.in = in,
                       .out = out_,
                       .err = err_,
                       .in_is_terminal = in_is_terminal,
                       .out_is_terminal = out_width_ > 0,
                       .out_width = out_width_,
                       .interrupted = interrupted_},
                      [this](const ClientOptions& options) {
                        server_ = options.server;
                        options_ = options;
                        return connection_;
                      });
  }

  std::shared_ptr<client::testing::FakeConnection> connection_ =
      std::make_shared<client::testing::FakeConnection>();
  std::ostringstream out_;
  std::ostringstream err_;
  std::string server_;
  ClientOptions options_;
  std::string config_home_;
  // Of the terminal that `out_` is; 0 where it is none.
  size_t out_width_ = 0;
  std::function<bool()> interrupted_ = [] { return false; };
};

}  // namespace usher::cli
