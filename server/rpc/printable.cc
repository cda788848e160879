#include "rpc/printable.h"

#include <cstddef>
#include <cstdint>

namespace usher::rpc {
namespace {

// The length in bytes that a first byte announces, 0 where it can't be a first byte.
size_t SequenceLength(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

// The character that starts `text`; nullopt where it is malformed, overlong or a surrogate.
std::optional<uint32_t> DecodeFirst(std::string_view text, size_t length) {
  static constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (length == 0 || length > text.size()) return std::nullopt;
  const auto first = static_cast<unsigned char>(text[0]);
  if (length == 1) return first;
  uint32_t point = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0u) != 0x80u) return std::nullopt;
    point = point << 6 | (byte & 0x3Fu);
  }
  if (point < kLeast[length] || point > 0x10FFFF) return std::nullopt;
  if (point >= 0xD800 && point <= 0xDFFF) return std::nullopt;
  return point;
}

bool IsControl(uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}

}  // namespace

std::optional<int> PrintableLength(std::string_view text) {
  int count = 0;
  while (!text.empty()) {
    // Nearly always: what ASCII prints.
    if (text[0] >= ' ' && text[0] <= '~') {
      text.remove_prefix(1);
      ++count;
      continue;
    }
    const size_t length = SequenceLength(static_cast<unsigned char>(text[0]));
    const std::optional<uint32_t> point = DecodeFirst(text, length);
    if (!point || IsControl(*point)) return std::nullopt;
    text.remove_prefix(length);
    ++count;
  }
  return count;
}

}  // namespace usher::rpc
