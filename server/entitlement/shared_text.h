// SharedText: a short text of the state that several records have in common, such as an agent's
// email, which stands on the license and on each session, too. It takes the place of one pointer,
// and what its copies have in common is there once.
//
// SharedName is the same for a name of ids.h: what is kept is small, what is asked for is the name.
//
// A plain value that is never altered in place; empty by default. Copies may go to other threads.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "entitlement/limits.h"

namespace usher::entitlement {

class SharedText {
 public:
  // In bytes. Limits of texts are counted in characters (limits.h), each of which has as many as
  // four.
  static constexpr size_t kLengthMax = 1023;
  static_assert(kLengthMax >= 4 * size_t{kClientIdLengthMax});
  static_assert(kLengthMax >= 4 * size_t{kPhoneIdLengthMax});
  static_assert(kLengthMax >= size_t{kEmailLengthMax});

  SharedText() = default;
  // At most kLengthMax bytes: more is a defect (check.h).
  explicit SharedText(std::string_view text);
  SharedText(const SharedText& other);
  SharedText(SharedText&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedText& operator=(const SharedText& other) {
    SharedText copy(other);
    std::swap(block_, copy.block_);
    return *this;
  }
  SharedText& operator=(SharedText&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedText() { Release(); }

  // Valid as long as this or a copy of it.
  std::string_view view() const;
  bool empty() const { return block_ == nullptr; }

  // NOLINTNEXTLINE(google-explicit-constructor): whoever shows it wants a text of its own.
  operator std::string() const { return std::string(view()); }

  friend bool operator==(const SharedText& a, const SharedText& b) {
    return a.block_ == b.block_ || a.view() == b.view();
  }
  friend bool operator==(const SharedText& a, std::string_view b) { return a.view() == b; }
  friend auto operator<=>(const SharedText& a, const SharedText& b) {
    return a.view() <=> b.view();
  }

 private:
  // Followed by the text. What it counts by is also the text's length, so that the 36 characters of
  // a UUID and it take no more than 40 bytes: the lowest 10 bits are the length, the others how
  // many have it in common.
  struct Block {
    std::atomic<uint32_t> owners_and_length;
  };

  void Release();

  Block* block_ = nullptr;
};

template <typename NameType>
class SharedName {
 public:
  SharedName() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): it is the same name.
  SharedName(const NameType& name) : text_(name.value()) {}
  explicit SharedName(std::string_view text) : text_(text) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  operator NameType() const { return NameType(std::string(value())); }

  // Valid as long as this or a copy of it.
  std::string_view value() const { return text_.view(); }
  const SharedText& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const SharedName&, const SharedName&) = default;
  friend bool operator==(const SharedName& a, const NameType& b) { return a.text_ == b.value(); }
  friend auto operator<=>(const SharedName&, const SharedName&) = default;

 private:
  SharedText text_;
};

}  // namespace usher::entitlement
