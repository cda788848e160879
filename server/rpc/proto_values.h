// Small values of the core as the wire has them. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace usher::rpc {

inline void SetString(std::string_view text, std::string* out) {
  out->assign(text.data(), text.size());
}

inline void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const timespec parts = absl::ToTimespec(time);
  out->set_seconds(parts.tv_sec);
  out->set_nanos(static_cast<int32_t>(parts.tv_nsec));
}

inline void SetDuration(absl::Duration duration, google::protobuf::Duration* out) {
  absl::Duration rest;
  out->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &rest));
  out->set_nanos(static_cast<int32_t>(rest / absl::Nanoseconds(1)));
}

// Counts that the wire has as int32: none comes near its end, and none wraps.
inline int32_t ToInt32(int64_t count) {
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(count < kMax ? count : kMax);
}

// "accounts/acme"
std::string AccountName(const entitlement::AccountId& account);
// "accounts/acme/applications/support"
std::string ApplicationName(const entitlement::AccountId& account,
                            const entitlement::ApplicationId& application);

}  // namespace usher::rpc
