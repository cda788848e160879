#include "rpc/resource_words.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace usher::rpc {

std::string ResourceWords(std::string_view name) {
  // tokens/{token}, or accounts/{account}/applications/{application}/{collection}/{id}, the last id
  // with any characters.
  const std::vector<absl::string_view> parts =
      absl::StrSplit(absl::string_view(name.data(), name.size()), absl::MaxSplits('/', 5));
  if (parts.size() == 2) {
    return absl::StrCat(absl::StripSuffix(parts[0], "s"), " ", parts[1]);
  }
  if (parts.size() == 4) return absl::StrCat("application ", parts[1], "/", parts[3]);
  if (parts.size() != 6) return std::string(name);
  return absl::StrCat(absl::StripSuffix(parts[4], "s"), " ", parts[5], " of ", parts[1], "/",
                      parts[3]);
}

}  // namespace usher::rpc
