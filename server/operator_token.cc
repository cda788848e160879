#include "server/operator_token.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <future>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "auth/secret.h"
#include "auth/sha256.h"
#include "engine/engine.h"
#include "entitlement/command.h"
#include "entitlement/context.h"
#include "entitlement/token.h"

namespace usher {
namespace {

absl::Status Failure(std::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno,
                             absl::StrCat(absl::string_view(what.data(), what.size()), " ", path));
}

absl::Status WriteAndSync(int fd, const std::string& text, const std::string& path) {
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return Failure("can't write", path);
  }
  return fsync(fd) == 0 ? absl::OkStatus() : Failure("can't sync", path);
}

absl::Status SyncDirectory(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failure("can't open", path);
  const bool synced = fsync(fd) == 0;
  close(fd);
  return synced ? absl::OkStatus() : Failure("can't sync", path);
}

// Whole or not at all, and never readable by others.
absl::Status WriteFile(const std::string& directory, const std::string& secret) {
  const std::string path = absl::StrCat(directory, "/", kOperatorTokenFile);
  const std::string draft = path + ".new";
  unlink(draft.c_str());
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOperatorTokenMode);
  if (fd < 0) return Failure("can't make", draft);
  absl::Status status = WriteAndSync(fd, secret + "\n", draft);
  close(fd);
  if (!status.ok()) return status;
  if (rename(draft.c_str(), path.c_str()) != 0) return Failure("can't rename", draft);
  return SyncDirectory(directory);
}

}  // namespace

absl::Status WriteOperatorToken(const std::string& data_dir, engine::Engine& engine) {
  const std::string secret = auth::NewSecret();
  if (absl::Status status = WriteFile(data_dir, secret); !status.ok()) return status;
  engine::Submission submission;
  submission.command.payload =
      entitlement::CreateToken{.token = {.display_name = "operator",
                                         .role = entitlement::Role::kOperator,
                                         .digest = auth::Sha256(secret)}};
  submission.actor = std::string(entitlement::kSystemActor);
  std::promise<bool> made;
  std::future<bool> answer = made.get_future();
  submission.done = [made = std::move(made)](const engine::Result& result) mutable {
    made.set_value(std::holds_alternative<entitlement::Reply>(result));
  };
  engine.Submit(std::move(submission));
  return answer.get()
             ? absl::OkStatus()
             : absl::UnavailableError("the store refuses to keep the operator's token for now");
}

std::string ReadOperatorToken(const std::string& data_dir) {
  std::ifstream file(absl::StrCat(data_dir, "/", kOperatorTokenFile));
  std::string secret;
  std::getline(file, secret);
  return secret;
}

}  // namespace usher
