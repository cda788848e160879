#include "tests/support/test_server.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "grpcpp/grpcpp.h"

namespace usher::testing {
namespace {

constexpr absl::Duration kGrace = absl::Milliseconds(200);
constexpr std::string_view kServesOn = " serves on ";
constexpr std::string_view kHttpOn = " on http://";

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "test support: %s\n", what.c_str());
  std::abort();
}

// The preload library of libfaketime for programs with threads; empty where there is none.
std::string FaketimeLibrary() {
  glob_t found{};
  std::string path;
  if (glob("/usr/lib/*/faketime/libfaketimeMT.so.1", 0, nullptr, &found) == 0) {
    path = found.gl_pathv[0];
  }
  globfree(&found);
  return path;
}

// Puts a token on each call of a channel.
class TokenSender final : public grpc::experimental::Interceptor {
 public:
  explicit TokenSender(const std::string* authorization) : authorization_(authorization) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", *authorization_);
    }
    methods->Proceed();
  }

 private:
  const std::string* const authorization_;
};

class TokenSenderFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenSenderFactory(const std::string& token) : authorization_("Bearer " + token) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* /*info*/) override {
    return new TokenSender(&authorization_);
  }

 private:
  const std::string authorization_;
};

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Without settings that the developer's shell has.
std::vector<std::string> Environment(absl::Duration clock_offset) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("USHER_")) variables.emplace_back(*variable);
  }
  if (clock_offset != absl::ZeroDuration()) {
    const int64_t seconds = absl::ToInt64Seconds(clock_offset);
    variables.push_back("LD_PRELOAD=" + FaketimeLibrary());
    variables.push_back((seconds < 0 ? "FAKETIME=" : "FAKETIME=+") + std::to_string(seconds));
    variables.push_back("FAKETIME_DONT_FAKE_MONOTONIC=1");
  }
  return variables;
}

}  // namespace

TempDir::TempDir() {
  std::string path = (std::filesystem::temp_directory_path() / "usher-test-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) Die("can't make a temporary directory");
  path_ = path;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address, const std::string& token) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  if (!token.empty()) interceptors.push_back(std::make_unique<TokenSenderFactory>(token));
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      address, grpc::InsecureChannelCredentials(), arguments, std::move(interceptors));
}

TestServer::TestServer(ServerOptions options) : options_(std::move(options)) {
  options_.listen = "127.0.0.1:0";
  // Tests run side by side.
  if (options_.http_listen == ServerOptions().http_listen) options_.http_listen = kHttpOff;
  if (options_.data_dir == ServerOptions().data_dir) options_.data_dir = temp_dir_.path() + "/data";
  Start();
}

TestServer::~TestServer() { Stop(); }

void TestServer::Start() {
  server_ = std::make_unique<Server>(options_);
  if (const absl::Status status = server_->Start(); !status.ok()) {
    Die("the server can't start: " + status.ToString());
  }
}

void TestServer::Stop() {
  if (server_ != nullptr) server_->Shutdown(kGrace);
  server_.reset();
}

void TestServer::Restart() {
  Stop();
  Start();
}

UsherdProcess::UsherdProcess(const std::vector<std::string>& arguments,
                             absl::Duration clock_offset) {
  const char* bin_dir = getenv("USHER_BIN_DIR");
  if (bin_dir == nullptr) Die("USHER_BIN_DIR is not set; run the tests through ctest");
  std::vector<std::string> words = {std::string(bin_dir) + "/usherd"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = Environment(clock_offset);
  if (std::find(arguments.begin(), arguments.end(), "--http") == arguments.end()) {
    variables.push_back("USHER_HTTP_LISTEN=off");
  }
  const std::vector<char*> argv = Pointers(words);
  const std::vector<char*> envp = Pointers(variables);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("no pipe");
  pid_ = fork();
  if (pid_ < 0) Die("no process");
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(ends[1]);
  output_fd_ = ends[0];
}

UsherdProcess::~UsherdProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    Wait();
  }
  close(output_fd_);
}

bool UsherdProcess::ReadMore() {
  char buffer[4096];
  const ssize_t size = read(output_fd_, buffer, sizeof buffer);
  if (size <= 0) return false;
  output_.append(buffer, static_cast<size_t>(size));
  return true;
}

std::string UsherdProcess::WaitForAddress() {
  while (true) {
    const size_t found = output_.find(kServesOn);
    const size_t start = found + kServesOn.size();
    const size_t end = found == std::string::npos ? found : output_.find(',', start);
    if (end != std::string::npos) return output_.substr(start, end - start);
    if (!ReadMore()) return "";
  }
}

std::string UsherdProcess::HttpAddress() const {
  const size_t found = output_.find(kHttpOn);
  if (found == std::string::npos) return "";
  const size_t start = found + kHttpOn.size();
  return output_.substr(start, output_.find_first_of("\n\"", start) - start);
}

void UsherdProcess::Signal(int signal) { kill(pid_, signal); }

int UsherdProcess::Wait() {
  while (ReadMore()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool CanMoveClock() {
#if defined(__SANITIZE_ADDRESS__) || defined(USHER_THREAD_SANITIZER)
  // The sanitizers' runtime must be loaded before any other library.
  return false;
#else
  return !FaketimeLibrary().empty();
#endif
}

}  // namespace usher::testing
