#include "client/cli/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace usher::cli {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

constexpr char kUnspecified[] = "UNSPECIFIED";

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// "LICENSE_STATE_" of LicenseState: what its zero value has before UNSPECIFIED.
absl::string_view PrefixOf(const EnumDescriptor& type) {
  absl::string_view zero = type.FindValueByNumber(0)->name();
  absl::ConsumeSuffix(&zero, kUnspecified);
  return zero;
}

std::string WordWith(const EnumValueDescriptor& value, absl::string_view space) {
  const absl::string_view name = absl::StripPrefix(value.name(), PrefixOf(*value.type()));
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", space}});
}

}  // namespace

std::string WordOf(const EnumDescriptor& type, int value) {
  if (value == 0) return kNone;
  const EnumValueDescriptor* known = type.FindValueByNumber(value);
  if (known == nullptr) return absl::StrCat(value);
  std::string word = WordWith(*known, " ");
  return word == "sip" || word == "sdk" ? absl::AsciiStrToUpper(word) : word;
}

std::vector<std::string> Choices(const EnumDescriptor& type) {
  std::vector<std::string> choices;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) choices.push_back(WordWith(*type.value(i), "-"));
  }
  return choices;
}

std::optional<int> ValueOf(const EnumDescriptor& type, std::string_view word) {
  const std::string name = absl::StrCat(
      PrefixOf(type), absl::StrReplaceAll(absl::AsciiStrToUpper(ToAbsl(word)), {{"-", "_"}}));
  const EnumValueDescriptor* value = type.FindValueByName(name);
  if (value == nullptr || value->number() == 0) return std::nullopt;
  return value->number();
}

size_t ColumnsOf(std::string_view text) {
  // Every byte begins a character but those that continue one.
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string Grouped(int64_t number) {
  std::string digits = absl::StrCat(number);
  const size_t first = number < 0 ? 1 : 0;
  constexpr size_t kGroup = 3;
  for (size_t i = digits.size(); i > first + kGroup;) {
    i -= kGroup;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string Bytes(int64_t bytes) {
  constexpr double kStep = 1024;
  if (bytes < static_cast<int64_t>(kStep)) return absl::StrCat(bytes, " B");
  double size = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* larger : {"KiB", "MiB", "GiB", "TiB"}) {
    if (size < kStep) break;
    size /= kStep;
    unit = larger;
  }
  return absl::StrFormat("%.1f %s", size, unit);
}

std::string Money(int64_t cents) {
  constexpr int64_t kCentsPerUnit = 100;
  return absl::StrFormat("%s.%02d", Grouped(cents / kCentsPerUnit), cents % kCentsPerUnit);
}

std::string Count(int64_t count, std::string_view singular) {
  return absl::StrCat(Grouped(count), " ", ToAbsl(singular), count == 1 ? "" : "s");
}

std::string Id(int64_t id) { return id == 0 ? kNone : absl::StrCat(id); }

std::string OrNone(std::string_view text) { return text.empty() ? kNone : std::string(text); }

std::optional<v1::OrderItem> ParseOrderItem(std::string_view text) {
  v1::OrderItem item;
  absl::string_view rest = ToAbsl(text);
  const size_t at = rest.rfind('@');
  if (at != absl::string_view::npos) {
    int64_t subscription = 0;
    if (!absl::SimpleAtoi(rest.substr(at + 1), &subscription) || subscription <= 0) {
      return std::nullopt;
    }
    item.set_subscription_id(subscription);
    rest = rest.substr(0, at);
  }
  const size_t equals = rest.find('=');
  int64_t quantity = 0;
  if (equals == absl::string_view::npos || equals == 0 ||
      !absl::SimpleAtoi(rest.substr(equals + 1), &quantity) || quantity < 1) {
    return std::nullopt;
  }
  item.set_product(std::string(rest.substr(0, equals)));
  item.set_quantity(quantity);
  return item;
}

}  // namespace usher::cli
