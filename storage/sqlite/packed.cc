#include "storage/sqlite/packed.h"

#include <array>
#include <cstddef>

namespace usher::storage {
namespace {

constexpr int kBitsPerByte = 7;
constexpr uint64_t kMoreFollows = uint64_t{1} << kBitsPerByte;
constexpr size_t kNumberBytesMax = (64 + kBitsPerByte - 1) / kBitsPerByte;

}  // namespace

void Packer::Put(int64_t value) {
  std::array<char, kNumberBytesMax> bytes;
  size_t size = 0;
  auto rest = static_cast<uint64_t>(value);
  for (; rest >= kMoreFollows; rest >>= kBitsPerByte) {
    bytes[size++] = static_cast<char>(rest | kMoreFollows);
  }
  bytes[size++] = static_cast<char>(rest);
  packed_.append(bytes.data(), size);
}

void Packer::Put(std::string_view value) {
  Put(static_cast<int64_t>(value.size()));
  packed_.append(value);
}

int64_t Unpacker::TakeNumber() {
  uint64_t value = 0;
  for (size_t i = 0; i < kNumberBytesMax && i < left_.size(); ++i) {
    const auto byte = static_cast<uint8_t>(left_[i]);
    value |= (byte & (kMoreFollows - 1)) << (i * kBitsPerByte);
    if (byte < kMoreFollows) {
      left_.remove_prefix(i + 1);
      return static_cast<int64_t>(value);
    }
  }
  ok_ = false;
  left_ = {};
  return 0;
}

std::string_view Unpacker::TakeText() {
  const auto size = static_cast<uint64_t>(TakeNumber());
  if (size > left_.size()) {
    ok_ = false;
    left_ = {};
    return {};
  }
  const std::string_view text = left_.substr(0, size);
  left_.remove_prefix(size);
  return text;
}

}  // namespace usher::storage
