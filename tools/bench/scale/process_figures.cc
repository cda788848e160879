#include "tools/bench/scale/process_figures.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace usher::bench {
namespace {

// The number behind "NAME:" in a file of lines such as /proc/PID/status.
int64_t NumberIn(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (word != name) continue;
    int64_t number = 0;
    file >> number;
    return number;
  }
  return 0;
}

}  // namespace

int64_t AnonymousBytes(pid_t pid) {
  constexpr int64_t kKib = 1024;
  return NumberIn(absl::StrCat("/proc/", pid, "/status"), "RssAnon:") * kKib;
}

int64_t Sleeps(pid_t pid) {
  int64_t sleeps = 0;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"), error)) {
    sleeps += NumberIn(task.path().string() + "/status", "voluntary_ctxt_switches:");
  }
  return sleeps;
}

}  // namespace usher::bench
