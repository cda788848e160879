#include "entitlement/email.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

constexpr std::string_view kAtomSpecials = "!#$%&'*+-/=?^_`{|}~";
constexpr size_t kDomainLabelLengthMax = 63;

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool IsAtom(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlphanumeric(c) || kAtomSpecials.find(c) != std::string_view::npos;
  });
}

bool IsDomainLabel(std::string_view text) {
  return !text.empty() && text.size() <= kDomainLabelLengthMax && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return IsAlphanumeric(c) || c == '-';
         });
}

// Whether each part between dots is of the form that `is_part` tells; an empty part never is.
bool AllParts(std::string_view text, bool (*is_part)(std::string_view)) {
  while (true) {
    const size_t dot = text.find('.');
    if (!is_part(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

std::optional<Email> ParseEmail(std::string_view text) {
  text = Trim(text);
  if (text.size() > static_cast<size_t>(kEmailLengthMax)) return std::nullopt;
  const size_t at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  // A second '@' is in the domain and no part of a label.
  if (!AllParts(text.substr(0, at), IsAtom)) return std::nullopt;
  if (!AllParts(text.substr(at + 1), IsDomainLabel)) return std::nullopt;
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return Email(std::move(lower));
}

}  // namespace usher::entitlement
