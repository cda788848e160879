// FieldReader: reads the fields of one request into the core's types and keeps the first thing that
// is wrong with them.
//
// Form only: whether a thing exists or may be done is the core's to say. Each accessor takes the
// field's path as the contract writes it ("items[0].quantity"), which a refusal names, and answers
// a default where the field is malformed. A short-lived value; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/command.h"
#include "entitlement/ids.h"
#include "entitlement/limits.h"
#include "entitlement/refusal.h"
#include "entitlement/types.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "rpc/page_token.h"

namespace google::protobuf {
class Duration;
class Timestamp;
}  // namespace google::protobuf

namespace usher::rpc {

// A request in the core's words, or what is wrong with it.
using CommandOr = std::variant<entitlement::Command, entitlement::Refusal>;

// What is refused comes back empty where it could be of any length: nothing behind the reader has
// to hold more than the bounds let pass.
class FieldReader {
 public:
  // accounts/{account}
  entitlement::Target Account(std::string_view path, std::string_view name);
  // accounts/{account}/applications/{application}
  entitlement::Target Application(std::string_view path, std::string_view name);
  // Either of these, or nothing: the server itself.
  entitlement::Target Parent(std::string_view path, std::string_view name);
  // The id of a resource that is to be created.
  std::string ResourceId(std::string_view path, std::string_view id);

  entitlement::Email RequiredEmail(std::string_view path, std::string_view text);
  // Empty for none.
  entitlement::Email EmailFilter(std::string_view path, std::string_view text);
  // What a caller calls itself or a phone: 1 to `length_max` printable characters.
  std::string Identifier(std::string_view path, std::string_view text, int length_max);
  // A list of these, at most `count_max` of them. Heartbeats of thousands of calls pass here, so a
  // path is made for one that is refused only.
  template <typename Id>
  std::vector<Id> Identifiers(std::string_view path,
                              const google::protobuf::RepeatedPtrField<std::string>& texts,
                              int count_max, int length_max);
  // Free text for people: at most `length_max` printable characters.
  std::string Text(std::string_view path, std::string_view text, int length_max);
  // Empty where none was sent.
  std::string TimeZoneName(std::string_view path, std::string_view name);
  // [a-z0-9-], whether it is for sale is the catalog's to say.
  std::string ProductId(std::string_view path, std::string_view id);
  void RequestId(std::string_view id);

  // From 1 on, as ids and quantities are.
  int64_t Id(std::string_view path, int64_t id);
  int64_t Between(std::string_view path, int64_t value, int64_t min, int64_t max);
  // 1 to 36; 0 means 1.
  int Months(std::string_view path, int months);
  // Refuses lists of more than `max` elements.
  bool Fits(std::string_view path, int size, int max);

  std::optional<entitlement::Edition> EditionFilter(std::string_view path, int value);
  std::optional<entitlement::LicenseKind> KindFilter(std::string_view path, int value);
  std::optional<entitlement::LicenseState> StateFilter(std::string_view path, int value);
  std::optional<entitlement::Channel> ChannelFilter(std::string_view path, int value);
  std::optional<entitlement::CallState> CallStateFilter(std::string_view path, int value);
  entitlement::Channel RequiredChannel(std::string_view path, int value);
  entitlement::MobileAnswering RequiredMode(std::string_view path, int value);
  // Inbound where none was sent.
  entitlement::CallDirection Direction(std::string_view path, int value);

  // Zero where none was sent. Bringing it into bounds is the core's.
  absl::Duration Ttl(std::string_view path, const google::protobuf::Duration& ttl);
  // From 0 to `max`, which is in whole hours.
  absl::Duration DurationUpTo(std::string_view path, const google::protobuf::Duration& duration,
                              absl::Duration max);
  absl::Time Instant(std::string_view path, const google::protobuf::Timestamp& time);

  // How many elements a page has: 0 means the default, more than the maximum the maximum.
  template <typename Request>
  int PageSize(const Request& request) {
    return PageSizeOf(request.page_size());
  }
  // Where the page starts: the position in the token, empty for the first page.
  template <typename Request>
  std::string PageStart(const Request& request) {
    return PageStartOf(request, request.page_token());
  }
  // The same where positions are numbers; 0 for the first page.
  template <typename Request>
  int64_t PageStartNumber(const Request& request) {
    return NumberOf(PageStart(request));
  }

  void Refuse(std::string_view path, std::string_view description);
  bool ok() const { return !refusal_.has_value(); }

  template <typename Payload>
  CommandOr Finish(entitlement::Target target, Payload payload) {
    if (refusal_.has_value()) return *std::move(refusal_);
    return entitlement::Command{std::move(target), std::move(payload)};
  }

 private:
  // What is wrong with an identifier; empty where nothing is.
  static std::string FaultOf(std::string_view text, int length_max);
  int PageSizeOf(int size);
  std::string PageStartOf(const google::protobuf::Message& request, std::string_view token);
  int64_t NumberOf(const std::string& position);
  template <typename Enum>
  std::optional<Enum> EnumFilter(std::string_view path, int value, Enum last);

  std::optional<entitlement::Refusal> refusal_;
};

// "items[0].quantity" of ("items", 0, "quantity"); "session_ids[3]" without a member.
std::string ElementPath(std::string_view list, int index, std::string_view member = "");

template <typename Id>
std::vector<Id> FieldReader::Identifiers(
    std::string_view path, const google::protobuf::RepeatedPtrField<std::string>& texts,
    int count_max, int length_max) {
  std::vector<Id> ids;
  if (!Fits(path, texts.size(), count_max)) return ids;
  ids.reserve(static_cast<size_t>(texts.size()));
  for (int i = 0; i < texts.size(); ++i) {
    if (const std::string fault = FaultOf(texts[i], length_max); !fault.empty()) {
      Refuse(ElementPath(path, i), fault);
      return ids;
    }
    ids.emplace_back(texts[i]);
  }
  return ids;
}

}  // namespace usher::rpc
