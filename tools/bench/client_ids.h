// ClientIds: client_ids as long as the UUIDs that clients use, and different for each call; cheap,
// because the client's work is part of the figures. One thread; each operation has its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace usher::bench {

class ClientIds {
 public:
  ClientIds() { absl::StrAppend(&id_, absl::Hex(NextSeries(), absl::kZeroPad8)); }

  // Valid until the next call.
  const std::string& Next() {
    id_.resize(kSeriesLength);
    absl::StrAppend(&id_, "-0000-4000-8000-", absl::Hex(++count_, absl::kZeroPad12));
    return id_;
  }

 private:
  static constexpr size_t kSeriesLength = 8;

  static uint64_t NextSeries() {
    static std::atomic<uint64_t> series = 0;
    return ++series;
  }

  std::string id_;
  uint64_t count_ = 0;
};

}  // namespace usher::bench
