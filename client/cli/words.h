// Words for the values of the contract: enums, money, counts. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/generated_enum_reflection.h"
#include "usher/v1/order_service.pb.h"

namespace usher::cli {

// What a table shows where there is nothing to show.
inline constexpr char kNone[] = "—";

// The word for one value of an enum: LICENSE_STATE_IN_USE is "in use", CHANNEL_SDK is "SDK".
// kNone for UNSPECIFIED, the number where this program does not know it.
std::string WordOf(const google::protobuf::EnumDescriptor& type, int value);

template <typename Enum>
std::string Word(Enum value) {
  return WordOf(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}

// The words as they are typed, with a dash for a space, in the order of the contract.
std::vector<std::string> Choices(const google::protobuf::EnumDescriptor& type);

// The value of a word as it is typed, in lower or upper case; unset where there is none.
std::optional<int> ValueOf(const google::protobuf::EnumDescriptor& type, std::string_view word);

// How wide the text is on a screen, in columns: its characters, of which one may be several bytes.
size_t ColumnsOf(std::string_view text);

// 1234567 as "1,234,567".
std::string Grouped(int64_t number);

// 12345678 as "11.8 MiB", in the largest unit of which there is one.
std::string Bytes(int64_t bytes);

// Cents as "1,234.50".
std::string Money(int64_t cents);

// "1 license", "3 licenses", "12,000 minutes": adds the s.
std::string Count(int64_t count, std::string_view singular);

// A number that is an id; kNone for 0.
std::string Id(int64_t id);

// The text, or kNone where it is empty.
std::string OrNone(std::string_view text);

// "standard-agent=4" or "standard-agent=4@7": 4 units, to join subscription 7. Unset where the
// text has no such form: a number that is not given is not guessed, as it costs money.
std::optional<v1::OrderItem> ParseOrderItem(std::string_view text);

}  // namespace usher::cli
