#include "client/cli/names.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace usher::cli {
namespace {

constexpr char kAccounts[] = "accounts";
constexpr char kApplications[] = "applications";

std::vector<std::string> Split(std::string_view name) {
  return absl::StrSplit(absl::string_view(name.data(), name.size()), '/');
}

bool HasEmpty(const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    if (part.empty()) return true;
  }
  return false;
}

std::string AccountName(const std::string& account) {
  return absl::StrCat(kAccounts, "/", account);
}

std::string ApplicationName(const std::string& account, const std::string& application) {
  return absl::StrCat(AccountName(account), "/", kApplications, "/", application);
}

}  // namespace

std::optional<std::string> FullAccountName(std::string_view text) {
  const std::vector<std::string> parts = Split(text);
  if (HasEmpty(parts)) return std::nullopt;
  if (parts.size() == 1) return AccountName(parts[0]);
  if (parts.size() == 2 && parts[0] == kAccounts) return std::string(text);
  return std::nullopt;
}

std::optional<std::string> FullApplicationName(std::string_view text) {
  const std::vector<std::string> parts = Split(text);
  if (HasEmpty(parts)) return std::nullopt;
  if (parts.size() == 2) return ApplicationName(parts[0], parts[1]);
  if (parts.size() == 4 && parts[0] == kAccounts && parts[2] == kApplications) {
    return std::string(text);
  }
  return std::nullopt;
}

std::optional<std::string> FullParentName(std::string_view text) {
  const std::optional<std::string> account = FullAccountName(text);
  return account.has_value() ? account : FullApplicationName(text);
}

bool IsInApplication(std::string_view full_name) {
  const std::vector<std::string> parts = Split(full_name);
  return parts.size() >= 4 && parts[0] == kAccounts && parts[2] == kApplications;
}

std::string ShortName(std::string_view full_name) {
  const std::vector<std::string> parts = Split(full_name);
  if (parts.size() == 2 && parts[0] == kAccounts) return parts[1];
  if (parts.size() == 4 && parts[0] == kAccounts && parts[2] == kApplications) {
    return absl::StrCat(parts[1], "/", parts[3]);
  }
  return std::string(full_name);
}

std::string AccountOf(std::string_view full_name) {
  const std::vector<std::string> parts = Split(full_name);
  return parts.size() >= 2 && parts[0] == kAccounts ? AccountName(parts[1]) : "";
}

std::string LastId(std::string_view full_name) { return Split(full_name).back(); }

}  // namespace usher::cli
