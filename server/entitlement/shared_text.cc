#include "entitlement/shared_text.h"

#include <cstring>
#include <memory>
#include <new>

#include "entitlement/check.h"

namespace usher::entitlement {
namespace {

constexpr uint32_t kLengthMask = 0x3FF;
constexpr uint32_t kOneOwner = kLengthMask + 1;
// From so many owners on a copy has bytes of its own: far from what the count can hold, whatever
// other threads do meanwhile.
constexpr uint32_t kOwnersMax = uint32_t{1} << 21;

static_assert(SharedText::kLengthMax == kLengthMask);

}  // namespace

SharedText::SharedText(std::string_view text) {
  if (text.empty()) return;
  Require(text.size() <= kLengthMax, "a text of the state is short");
  void* const memory = ::operator new(sizeof(Block) + text.size());
  block_ = new (memory) Block{kOneOwner | static_cast<uint32_t>(text.size())};
  std::memcpy(reinterpret_cast<char*>(block_ + 1), text.data(), text.size());
}

SharedText::SharedText(const SharedText& other) : block_(other.block_) {
  if (block_ == nullptr) return;
  if (block_->owners_and_length.load(std::memory_order_relaxed) / kOneOwner >= kOwnersMax) {
    block_ = nullptr;
    SharedText own(other.view());
    std::swap(block_, own.block_);
    return;
  }
  block_->owners_and_length.fetch_add(kOneOwner, std::memory_order_relaxed);
}

void SharedText::Release() {
  if (block_ == nullptr) return;
  const uint32_t before = block_->owners_and_length.fetch_sub(kOneOwner, std::memory_order_acq_rel);
  if (before / kOneOwner > 1) return;
  std::destroy_at(block_);
  ::operator delete(block_);
}

std::string_view SharedText::view() const {
  if (block_ == nullptr) return {};
  const uint32_t length = block_->owners_and_length.load(std::memory_order_relaxed) & kLengthMask;
  return {reinterpret_cast<const char*>(block_ + 1), length};
}

}  // namespace usher::entitlement
