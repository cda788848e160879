// PointeeIterator: goes over what the elements of an ordered container point at, in the container's
// order. Elements are pointers, or pairs of a key and a std::unique_ptr.
//
// Valid as long as the container's own iterator, `Position`. `Value` is what is pointed at, or that
// as const.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace usher::entitlement {

template <typename Value, typename Position>
class PointeeIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = std::remove_const_t<Value>;
  using difference_type = std::ptrdiff_t;
  using pointer = Value*;
  using reference = Value&;

  PointeeIterator() = default;
  explicit PointeeIterator(Position at) : at_(at) {}

  reference operator*() const { return *PointerOf(*at_); }
  pointer operator->() const { return PointerOf(*at_); }
  PointeeIterator& operator++() {
    ++at_;
    return *this;
  }
  PointeeIterator operator++(int) { return PointeeIterator(at_++); }
  friend bool operator==(const PointeeIterator& a, const PointeeIterator& b) {
    return a.at_ == b.at_;
  }

 private:
  static pointer PointerOf(value_type* element) { return element; }
  template <typename Key>
  static pointer PointerOf(const std::pair<const Key, std::unique_ptr<value_type>>& element) {
    return element.second.get();
  }

  Position at_;
};

}  // namespace usher::entitlement
