#include "client/lib/uuid.h"

#include <cstdint>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"

namespace usher::client {

std::string RandomUuid() {
  thread_local absl::BitGen bits;
  const auto high = absl::Uniform<uint64_t>(bits);
  const auto low = absl::Uniform<uint64_t>(bits);
  constexpr uint64_t kVersion = 0x4000;
  constexpr uint64_t kVariant = 0x8000;
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, (high >> 16) & 0xffff,
                         (high & 0x0fff) | kVersion, ((low >> 48) & 0x3fff) | kVariant,
                         low & 0xffff'ffff'ffff);
}

}  // namespace usher::client
