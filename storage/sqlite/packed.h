// Records packed into one blob: many small rows that are written together cost one row.
//
// A value is a number, as a varint of 7 bits a byte, the lowest first (as in
// https://protobuf.dev/programming-guides/encoding/), or text behind its length; which of them, and
// in what order, both sides know (values.h). Short-lived values within one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/sqlite/values.h"

namespace usher::storage {

class Packer {
 public:
  // Adds to `packed`, which outlives it.
  explicit Packer(std::string& packed) : packed_(packed) {}

  template <typename... Values>
  void Pack(const Values&... values) {
    (Put(Plain(values)), ...);
  }

 private:
  void Put(int64_t value);
  void Put(std::string_view value);

  std::string& packed_;
};

class Unpacker {
 public:
  // Goes through `packed`, which outlives it and every string_view that it gives.
  explicit Unpacker(std::string_view packed) : left_(packed) {}

  // False, then and from then on, where what is left is not such values.
  template <typename... Values>
  bool Unpack(Values&... values) {
    (Get(values), ...);
    return ok_;
  }

  bool empty() const { return left_.empty(); }
  // What has not been gone through.
  std::string_view left() const { return left_; }

 private:
  template <typename T>
  void Get(T& value) {
    if constexpr (StoredAsNumber<T>) {
      Read(TakeNumber(), value);
    } else {
      Read(TakeText(), value);
    }
  }
  int64_t TakeNumber();
  std::string_view TakeText();

  std::string_view left_;
  bool ok_ = true;
};

}  // namespace usher::storage
