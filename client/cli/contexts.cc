#include "client/cli/contexts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "toml++/toml.h"

namespace usher::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kCurrent[] = "current";
constexpr char kContexts[] = "contexts";
constexpr char kServer[] = "server";
constexpr char kTls[] = "tls";
constexpr char kZone[] = "zone";
constexpr mode_t kPrivateDirectory = 0700;

struct TextKey {
  const char* name;
  std::string SavedContext::*value;
  bool is_path;
};

constexpr TextKey kTextKeys[] = {
    {kServer, &SavedContext::server, false},         {"tls-ca", &SavedContext::tls_ca, true},
    {"tls-cert", &SavedContext::tls_cert, true},     {"tls-key", &SavedContext::tls_key, true},
    {"token-file", &SavedContext::token_file, true}, {kZone, &SavedContext::zone, false},
};

// Reads one file; the first error ends it.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<Contexts> Read(const std::string& text) {
    try {
      ReadRoot(toml::parse(text, path_));
    } catch (const toml::parse_error& error) {
      Refuse(error.source().begin.line, std::string(error.description()));
    }
    if (!error_.ok()) return error_;
    return contexts_;
  }

 private:
  static unsigned LineOf(const toml::node& node) { return node.source().begin.line; }

  void Refuse(unsigned line, const std::string& sentence) {
    if (!error_.ok()) return;
    error_ = absl::InvalidArgumentError(absl::StrCat(path_, ":", line, ": ", sentence));
  }

  void ReadRoot(const toml::table& root) {
    for (const auto& [key, node] : root) {
      if (key.str() == kCurrent) {
        contexts_.current = TextOf(kCurrent, node);
        contexts_.current_line = LineOf(node);
      } else if (key.str() == kContexts && node.is_table()) {
        ReadAll(*node.as_table());
      } else {
        Refuse(key.source().begin.line,
               absl::StrCat("'", std::string(key.str()),
                            "' means nothing here; known are current and [contexts.NAME]."));
      }
    }
    if (!contexts_.current.empty() && contexts_.Find(contexts_.current) == nullptr) {
      Refuse(contexts_.current_line, absl::StrCat("current names the context '", contexts_.current,
                                                  "', which is not in the file."));
    }
  }

  void ReadAll(const toml::table& all) {
    for (const auto& [key, node] : all) {
      const std::string name(key.str());
      if (!IsContextName(name)) {
        Refuse(key.source().begin.line,
               absl::StrCat("'", name,
                            "' is no name of a context: letters, digits, dots, dashes and "
                            "underscores."));
      } else if (!node.is_table()) {
        Refuse(LineOf(node), absl::StrCat("a context is a table: [contexts.", name, "]."));
      } else {
        contexts_.contexts[name] = ReadOne(name, *node.as_table());
      }
    }
  }

  SavedContext ReadOne(const std::string& name, const toml::table& table) {
    SavedContext context;
    for (const auto& [key, node] : table) {
      context.lines[std::string(key.str())] = LineOf(node);
      ReadSetting(std::string(key.str()), node, key.source().begin.line, context);
    }
    if (context.server.empty()) {
      Refuse(LineOf(table), absl::StrCat("the context '", name, "' has no server."));
    }
    absl::TimeZone zone;
    if (!context.zone.empty() && !absl::LoadTimeZone(context.zone, &zone)) {
      Refuse(context.lines[kZone],
             absl::StrCat("zone must be the name of a time zone, such as Europe/Berlin; '",
                          context.zone, "' is not."));
    }
    return context;
  }

  void ReadSetting(const std::string& key, const toml::node& node, unsigned line,
                   SavedContext& context) {
    if (key == kTls) {
      if (!node.is_boolean()) return Refuse(line, "tls must be true or false.");
      context.tls = node.as_boolean()->get();
      return;
    }
    const auto* known = std::find_if(std::begin(kTextKeys), std::end(kTextKeys),
                                     [&key](const TextKey& text) { return key == text.name; });
    if (known == std::end(kTextKeys)) {
      const std::string names = absl::StrJoin(
          kTextKeys, ", ",
          [](std::string* out, const TextKey& text) { absl::StrAppend(out, text.name); });
      return Refuse(line, absl::StrCat("'", key, "' is no setting of a context; known are ", names,
                                       " and tls."));
    }
    std::string text = TextOf(key, node);
    if (known->is_path && !text.empty()) text = (fs::path(path_).parent_path() / text).string();
    context.*(known->value) = text;
  }

  std::string TextOf(const std::string& key, const toml::node& node) {
    if (!node.is_string() || node.as_string()->get().empty()) {
      Refuse(LineOf(node), absl::StrCat(key, " must be a text in quotes, and not empty."));
      return "";
    }
    return node.as_string()->get();
  }

  const std::string path_;
  Contexts contexts_;
  absl::Status error_;
};

toml::table ToToml(const Contexts& contexts) {
  toml::table all;
  for (const auto& [name, context] : contexts.contexts) {
    toml::table table;
    for (const TextKey& key : kTextKeys) {
      const std::string& text = context.*(key.value);
      if (!text.empty()) table.insert(key.name, text);
    }
    if (context.tls) table.insert(kTls, true);
    all.insert(name, table);
  }
  toml::table root;
  if (!contexts.current.empty()) root.insert(kCurrent, contexts.current);
  root.insert(kContexts, all);
  return root;
}

absl::Status Failed(const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat(path, " can't be written: ", std::strerror(errno), "."));  // NOLINT: one thread.
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(file) == 0;
}

// Directories that are missing; those that are there stay as they are.
bool MakeDirectories(const fs::path& directory) {
  if (directory.empty() || fs::is_directory(directory)) return true;
  if (!MakeDirectories(directory.parent_path())) return false;
  return mkdir(directory.c_str(), kPrivateDirectory) == 0 || errno == EEXIST;
}

}  // namespace

const SavedContext* Contexts::Find(const std::string& name) const {
  const auto found = contexts.find(name);
  return found == contexts.end() ? nullptr : &found->second;
}

bool IsContextName(std::string_view text) {
  return !text.empty() && text.size() <= kContextNameLengthMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                  c == '_';
         });
}

std::string ContextsPath() {
  const auto variable = [](const char* name) -> fs::path {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread.
    return value == nullptr ? "" : value;
  };
  fs::path config = variable("XDG_CONFIG_HOME");
  // A relative one is to be passed over, says the specification.
  if (!config.is_absolute()) {
    const fs::path home = variable("HOME");
    if (home.empty()) return "";
    config = home / ".config";
  }
  return (config / "usher" / "contexts.toml").string();
}

absl::StatusOr<Contexts> ReadContexts(const std::string& path) {
  std::error_code ignored;
  if (path.empty() || !fs::exists(path, ignored)) return Contexts();
  const std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    // An empty file puts nothing into `text`, which counts as a failure.
    if (file && fs::is_empty(path, ignored)) return Contexts();
    return absl::InvalidArgumentError(absl::StrCat(path, ": can't be read."));
  }
  return Reader(path).Read(text.str());
}

absl::Status WriteContexts(const std::string& path, const Contexts& contexts) {
  if (path.empty()) {
    return absl::UnavailableError("Where contexts are to be kept is not known: set HOME.");
  }
  std::ostringstream text;
  text << "# Contexts of usher; 'usher context set' writes this file anew.\n"
       << ToToml(contexts) << '\n';
  // Where the file is a link, what it leads to is replaced.
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  if (error) return Failed(path);
  if (!MakeDirectories(target.parent_path())) return Failed(target.parent_path().string());
  std::string temporary = target.string() + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return Failed(temporary);
  const bool written = WriteAll(file, text.str());
  const absl::Status failed = Failed(path);
  close(file);
  if (!written || std::rename(temporary.c_str(), target.c_str()) != 0) {
    const absl::Status reason = written ? Failed(path) : failed;
    unlink(temporary.c_str());
    return reason;
  }
  return absl::OkStatus();
}

}  // namespace usher::cli
