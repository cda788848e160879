#include "rpc/field_reader.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "entitlement/civil.h"
#include "entitlement/email.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "rpc/limits.h"
#include "rpc/printable.h"

namespace usher::rpc {
namespace {

using entitlement::AccountId;
using entitlement::ApplicationId;
using entitlement::Target;

constexpr std::string_view kAccounts = "accounts/";
constexpr std::string_view kApplications = "/applications/";
constexpr std::string_view kIdForm =
    "1 to 63 lower-case letters, digits and hyphens that start with a letter and end with no "
    "hyphen";

// The bounds that google.protobuf sets.
constexpr int64_t kTimestampSecondsMin = -62'135'596'800;
constexpr int64_t kTimestampSecondsMax = 253'402'300'799;
constexpr int64_t kDurationSecondsMax = 315'576'000'000;
constexpr int32_t kNanosMax = 999'999'999;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsResourceId(std::string_view id) {
  if (id.empty() || id.size() > entitlement::kResourceIdLengthMax) return false;
  if (!IsLower(id.front()) || id.back() == '-') return false;
  for (const char c : id) {
    if (!IsLower(c) && !IsDigit(c) && c != '-') return false;
  }
  return true;
}

// Takes `prefix` off the front of `text`.
bool Consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

// What is wrong with a text; empty where nothing is.
std::string FaultOfText(std::string_view text, int length_max) {
  const std::optional<int> length = PrintableLength(text);
  if (!length) return "must have printable characters only";
  if (*length > length_max) return absl::StrCat("must have at most ", length_max, " characters");
  return "";
}

}  // namespace

std::string ElementPath(std::string_view list, int index, std::string_view member) {
  return absl::StrCat(Absl(list), "[", index, "]", member.empty() ? "" : ".", Absl(member));
}

void FieldReader::Refuse(std::string_view path, std::string_view description) {
  if (refusal_) return;
  refusal_ = entitlement::InvalidField{std::string(path), std::string(description)};
}

Target FieldReader::Account(std::string_view path, std::string_view name) {
  if (!Consume(name, kAccounts) || !IsResourceId(name)) {
    Refuse(path, absl::StrCat("must be of the form accounts/{account}, the id ", Absl(kIdForm)));
    return {};
  }
  return {AccountId(std::string(name)), {}};
}

Target FieldReader::Application(std::string_view path, std::string_view name) {
  const bool has_prefix = Consume(name, kAccounts);
  const size_t end = name.find('/');
  const std::string_view account = name.substr(0, end);
  std::string_view rest = end == std::string_view::npos ? "" : name.substr(end);
  if (!has_prefix || !IsResourceId(account) || !Consume(rest, kApplications) ||
      !IsResourceId(rest)) {
    Refuse(path, absl::StrCat("must be of the form accounts/{account}/applications/{application}, "
                              "each id ",
                              Absl(kIdForm)));
    return {};
  }
  return {AccountId(std::string(account)), ApplicationId(std::string(rest))};
}

Target FieldReader::Parent(std::string_view path, std::string_view name) {
  if (name.empty()) return {};
  const bool of_application =
      absl::StrContains(Absl(name), absl::string_view(kApplications.data(), kApplications.size()));
  return of_application ? Application(path, name) : Account(path, name);
}

std::string FieldReader::ResourceId(std::string_view path, std::string_view id) {
  if (!IsResourceId(id)) Refuse(path, absl::StrCat("must be ", Absl(kIdForm)));
  return std::string(id);
}

entitlement::Email FieldReader::RequiredEmail(std::string_view path, std::string_view text) {
  std::optional<entitlement::Email> email = entitlement::ParseEmail(text);
  if (!email) {
    Refuse(path,
           "must be an email address of the form name@domain in ASCII, at most 254 characters");
    return {};
  }
  return *std::move(email);
}

entitlement::Email FieldReader::EmailFilter(std::string_view path, std::string_view text) {
  return text.empty() ? entitlement::Email() : RequiredEmail(path, text);
}

std::string FieldReader::FaultOf(std::string_view text, int length_max) {
  return text.empty() ? absl::StrCat("must have 1 to ", length_max, " characters")
                      : FaultOfText(text, length_max);
}

std::string FieldReader::Identifier(std::string_view path, std::string_view text, int length_max) {
  if (const std::string fault = FaultOf(text, length_max); !fault.empty()) {
    Refuse(path, fault);
    return {};
  }
  return std::string(text);
}

std::string FieldReader::Text(std::string_view path, std::string_view text, int length_max) {
  if (const std::string fault = FaultOfText(text, length_max); !fault.empty()) {
    Refuse(path, fault);
    return {};
  }
  return std::string(text);
}

std::string FieldReader::TimeZoneName(std::string_view path, std::string_view name) {
  const bool known = name.empty() || (name.size() <= entitlement::kTimeZoneLengthMax &&
                                      entitlement::LoadTimeZone(name).has_value());
  if (!known) Refuse(path, "must be the IANA name of a time zone, such as Europe/Berlin");
  return std::string(name);
}

std::string FieldReader::ProductId(std::string_view path, std::string_view id) {
  bool good = !id.empty() && id.size() <= kProductIdLengthMax;
  for (const char c : id) good = good && (IsLower(c) || IsDigit(c) || c == '-');
  if (!good) Refuse(path, "must be the id of a product, such as standard-agent-package");
  return std::string(id);
}

void FieldReader::RequestId(std::string_view id) {
  Text("request_id", id, entitlement::kRequestIdLengthMax);
}

int64_t FieldReader::Id(std::string_view path, int64_t id) {
  if (id < 1) Refuse(path, "must be 1 or more");
  return id;
}

int64_t FieldReader::Between(std::string_view path, int64_t value, int64_t min, int64_t max) {
  if (value < min || value > max) Refuse(path, absl::StrCat("must be from ", min, " to ", max));
  return value;
}

int FieldReader::Months(std::string_view path, int months) {
  if (months == 0) return 1;
  return static_cast<int>(Between(path, months, 1, entitlement::kOrderMonthsMax));
}

bool FieldReader::Fits(std::string_view path, int size, int max) {
  if (size <= max) return true;
  Refuse(path, absl::StrCat("must have at most ", max, " elements"));
  return false;
}

template <typename Enum>
std::optional<Enum> FieldReader::EnumFilter(std::string_view path, int value, Enum last) {
  if (value == 0) return std::nullopt;
  if (value < 0 || value > static_cast<int>(last)) {
    Refuse(path, absl::StrCat("must be a value of its enum; ", value, " is none"));
    return std::nullopt;
  }
  return static_cast<Enum>(value);
}

std::optional<entitlement::Edition> FieldReader::EditionFilter(std::string_view path, int value) {
  return EnumFilter(path, value, entitlement::Edition::kPremium);
}

std::optional<entitlement::LicenseKind> FieldReader::KindFilter(std::string_view path, int value) {
  return EnumFilter(path, value, entitlement::LicenseKind::kSip);
}

std::optional<entitlement::LicenseState> FieldReader::StateFilter(std::string_view path,
                                                                  int value) {
  return EnumFilter(path, value, entitlement::LicenseState::kExpired);
}

std::optional<entitlement::Channel> FieldReader::ChannelFilter(std::string_view path, int value) {
  return EnumFilter(path, value, entitlement::Channel::kMonitor);
}

std::optional<entitlement::CallState> FieldReader::CallStateFilter(std::string_view path,
                                                                   int value) {
  return EnumFilter(path, value, entitlement::CallState::kEnded);
}

entitlement::CallDirection FieldReader::Direction(std::string_view path, int value) {
  return EnumFilter(path, value, entitlement::CallDirection::kOutbound)
      .value_or(entitlement::CallDirection::kInbound);
}

entitlement::Channel FieldReader::RequiredChannel(std::string_view path, int value) {
  if (value == 0) Refuse(path, "must be CHANNEL_WEB, CHANNEL_SDK or CHANNEL_MONITOR");
  return ChannelFilter(path, value).value_or(entitlement::Channel::kWeb);
}

entitlement::MobileAnswering FieldReader::RequiredMode(std::string_view path, int value) {
  if (value == 0) {
    Refuse(path,
           "must be MOBILE_ANSWERING_OFF, MOBILE_ANSWERING_WHEN_OFFLINE or "
           "MOBILE_ANSWERING_ALWAYS");
  }
  return EnumFilter(path, value, entitlement::MobileAnswering::kAlways)
      .value_or(entitlement::MobileAnswering::kOff);
}

absl::Duration FieldReader::Ttl(std::string_view path, const google::protobuf::Duration& ttl) {
  const bool negative = ttl.seconds() < 0 || ttl.nanos() < 0;
  if (negative || ttl.seconds() > kDurationSecondsMax || ttl.nanos() > kNanosMax) {
    Refuse(path, "must be a duration that is not negative");
    return absl::ZeroDuration();
  }
  return absl::Seconds(ttl.seconds()) + absl::Nanoseconds(ttl.nanos());
}

absl::Duration FieldReader::DurationUpTo(std::string_view path,
                                         const google::protobuf::Duration& duration,
                                         absl::Duration max) {
  const absl::Duration read = Ttl(path, duration);
  if (read > max) Refuse(path, absl::StrCat("must be at most ", absl::ToInt64Hours(max), " hours"));
  return read;
}

absl::Time FieldReader::Instant(std::string_view path, const google::protobuf::Timestamp& time) {
  if (time.seconds() < kTimestampSecondsMin || time.seconds() > kTimestampSecondsMax ||
      time.nanos() < 0 || time.nanos() > kNanosMax) {
    Refuse(path, "must be a timestamp of the years 1 to 9999");
    return absl::UnixEpoch();
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

int FieldReader::PageSizeOf(int size) {
  if (size < 0) Refuse("page_size", "must not be negative");
  if (size == 0) return entitlement::kPageSizeDefault;
  return size > entitlement::kPageSizeMax ? entitlement::kPageSizeMax : size;
}

std::string FieldReader::PageStartOf(const google::protobuf::Message& request,
                                     std::string_view token) {
  if (token.empty()) return "";
  std::optional<std::string> position = PositionOf(request, token);
  if (!position && !refusal_) refusal_ = entitlement::PageTokenMismatch{};
  return std::move(position).value_or("");
}

int64_t FieldReader::NumberOf(const std::string& position) {
  int64_t number = 0;
  // A token whose checksum is right has a position that is right, too.
  if (!position.empty() && !absl::SimpleAtoi(position, &number) && !refusal_) {
    refusal_ = entitlement::PageTokenMismatch{};
  }
  return number;
}

}  // namespace usher::rpc
