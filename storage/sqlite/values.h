// How the domain's values stand in columns: bound to parameters and read back from rows.
//
// Times are microseconds since the epoch, durations microseconds, months are counted from January
// of the year 0, enums and ids their numbers, names text. The infinite times are the ends of int64.
// An empty optional is NULL.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "entitlement/instant.h"
#include "entitlement/shared_text.h"
#include "storage/sqlite/statement.h"

namespace usher::storage {

int64_t ToMicros(absl::Time time);
absl::Time FromMicros(int64_t micros);
int64_t ToNumber(absl::CivilMonth month);
absl::CivilMonth MonthFromNumber(int64_t number);

// Bytes that are no text.
struct Blob {
  std::string_view bytes;
};

// What stands in a column where the id is none.
template <typename Tag>
std::optional<int64_t> OrNull(entitlement::Number<Tag> number) {
  return number ? std::optional<int64_t>(number.value()) : std::nullopt;
}

// A statement's parameters, bound in their order.
class Binder {
 public:
  Binder(Statement& statement, Lifetime lifetime) : statement_(statement), lifetime_(lifetime) {}

  void Bind(std::integral auto value) {
    statement_.BindInt64(next_++, static_cast<int64_t>(value));
  }
  template <typename T>
  requires std::is_enum_v<T>
  void Bind(T value) { statement_.BindInt64(next_++, static_cast<int64_t>(value)); }
  void Bind(std::string_view value) { statement_.BindText(next_++, value, lifetime_); }
  void Bind(const std::string& value) { Bind(std::string_view(value)); }
  void Bind(Blob value) { statement_.BindBlob(next_++, value.bytes, lifetime_); }
  void Bind(absl::Time value) { Bind(ToMicros(value)); }
  void Bind(absl::Duration value) { Bind(absl::ToInt64Microseconds(value)); }
  void Bind(absl::CivilMonth value) { Bind(ToNumber(value)); }
  template <typename Tag>
  void Bind(entitlement::Number<Tag> value) {
    Bind(value.value());
  }
  template <typename Tag>
  void Bind(const entitlement::Name<Tag>& value) {
    Bind(std::string_view(value.value()));
  }
  template <typename T>
  void Bind(const std::optional<T>& value) {
    if (value.has_value()) {
      Bind(*value);
    } else {
      statement_.BindNull(next_++);
    }
  }

 private:
  Statement& statement_;
  const Lifetime lifetime_;
  int next_ = 0;
};

// A row's columns, read in their order.
class ColumnReader {
 public:
  explicit ColumnReader(const Statement& statement) : statement_(statement) {}

  void Read(std::integral auto& value) {
    value = static_cast<std::remove_reference_t<decltype(value)>>(statement_.Int64(next_++));
  }
  template <typename T>
  requires std::is_enum_v<T>
  void Read(T& value) { value = static_cast<T>(statement_.Int64(next_++)); }
  void Read(std::string& value) { value = std::string(statement_.Bytes(next_++)); }
  void Read(absl::Time& value) { value = FromMicros(statement_.Int64(next_++)); }
  void Read(entitlement::Instant& value) { value = FromMicros(statement_.Int64(next_++)); }
  void Read(entitlement::TimeSpan& value) { value = absl::Microseconds(statement_.Int64(next_++)); }
  void Read(absl::Duration& value) { value = absl::Microseconds(statement_.Int64(next_++)); }
  void Read(absl::CivilMonth& value) { value = MonthFromNumber(statement_.Int64(next_++)); }
  template <typename Tag>
  void Read(entitlement::Number<Tag>& value) {
    value = entitlement::Number<Tag>(statement_.Int64(next_++));
  }
  template <typename Tag>
  void Read(entitlement::Name<Tag>& value) {
    value = entitlement::Name<Tag>(std::string(statement_.Bytes(next_++)));
  }
  // Empty where the column holds more than any name has: whoever reads it says that it is damaged.
  template <typename NameType>
  void Read(entitlement::SharedName<NameType>& value) {
    const std::string_view text = statement_.Bytes(next_++);
    const bool fits = text.size() <= entitlement::SharedText::kLengthMax;
    value = entitlement::SharedName<NameType>(fits ? text : std::string_view());
  }
  template <typename T>
  void Read(std::optional<T>& value) {
    if (statement_.IsNull(next_)) {
      ++next_;
      value.reset();
    } else {
      Read(value.emplace());
    }
  }

 private:
  const Statement& statement_;
  int next_ = 0;
};

}  // namespace usher::storage
