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

// A value as a number or as text, whichever it is stored as; Read is the opposite.
int64_t Plain(std::integral auto value) { return static_cast<int64_t>(value); }
template <typename T>
requires std::is_enum_v<T> int64_t Plain(T value) { return static_cast<int64_t>(value); }
inline std::string_view Plain(std::string_view value) { return value; }
inline std::string_view Plain(const std::string& value) { return value; }
inline int64_t Plain(absl::Time value) { return ToMicros(value); }
inline int64_t Plain(absl::Duration value) { return absl::ToInt64Microseconds(value); }
inline int64_t Plain(absl::CivilMonth value) { return ToNumber(value); }
template <typename Tag>
int64_t Plain(entitlement::Number<Tag> value) {
  return value.value();
}
template <typename Tag>
std::string_view Plain(const entitlement::Name<Tag>& value) {
  return value.value();
}
template <typename NameType>
std::string_view Plain(const entitlement::SharedName<NameType>& value) {
  return value.value();
}

template <std::integral T>
void Read(int64_t plain, T& value) {
  value = static_cast<T>(plain);
}
template <typename T>
requires std::is_enum_v<T>
void Read(int64_t plain, T& value) { value = static_cast<T>(plain); }
inline void Read(std::string_view plain, std::string& value) { value = std::string(plain); }
inline void Read(std::string_view plain, std::string_view& value) { value = plain; }
inline void Read(int64_t plain, absl::Time& value) { value = FromMicros(plain); }
inline void Read(int64_t plain, entitlement::Instant& value) { value = FromMicros(plain); }
inline void Read(int64_t plain, entitlement::TimeSpan& value) { value = absl::Microseconds(plain); }
inline void Read(int64_t plain, absl::Duration& value) { value = absl::Microseconds(plain); }
inline void Read(int64_t plain, absl::CivilMonth& value) { value = MonthFromNumber(plain); }
template <typename Tag>
void Read(int64_t plain, entitlement::Number<Tag>& value) {
  value = entitlement::Number<Tag>(plain);
}
template <typename Tag>
void Read(std::string_view plain, entitlement::Name<Tag>& value) {
  value = entitlement::Name<Tag>(std::string(plain));
}
// Empty where there is more than any name has: whoever reads it says that it is damaged.
template <typename NameType>
void Read(std::string_view plain, entitlement::SharedName<NameType>& value) {
  const bool fits = plain.size() <= entitlement::SharedText::kLengthMax;
  value = entitlement::SharedName<NameType>(fits ? plain : std::string_view());
}

// Whether a value is stored as a number, and not as text.
template <typename T>
concept StoredAsNumber = requires(int64_t plain, T& value) {
  Read(plain, value);
};

// A statement's parameters, bound in their order.
class Binder {
 public:
  Binder(Statement& statement, Lifetime lifetime) : statement_(statement), lifetime_(lifetime) {}

  void Bind(const auto& value) { BindPlain(Plain(value)); }
  void Bind(Blob value) { statement_.BindBlob(next_++, value.bytes, lifetime_); }
  template <typename T>
  void Bind(const std::optional<T>& value) {
    if (value.has_value()) {
      Bind(*value);
    } else {
      statement_.BindNull(next_++);
    }
  }

 private:
  void BindPlain(int64_t value) { statement_.BindInt64(next_++, value); }
  void BindPlain(std::string_view value) { statement_.BindText(next_++, value, lifetime_); }

  Statement& statement_;
  const Lifetime lifetime_;
  int next_ = 0;
};

// A row's columns, read in their order. A string_view is valid until the next row.
class ColumnReader {
 public:
  explicit ColumnReader(const Statement& statement) : statement_(statement) {}

  template <typename T>
  void Read(T& value) {
    if constexpr (StoredAsNumber<T>) {
      storage::Read(statement_.Int64(next_++), value);
    } else {
      storage::Read(statement_.Bytes(next_++), value);
    }
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
