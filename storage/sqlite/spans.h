// Spans of Voice AI minutes as a column has them: "3:8000,4:2,0:1" (migrations.cc). Pure functions,
// any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "entitlement/voice.h"

namespace usher::storage {

std::string ToText(const entitlement::MinuteSpans& spans);

// kDataLoss where the text is none of ToText's.
absl::StatusOr<entitlement::MinuteSpans> SpansFromText(std::string_view text);

}  // namespace usher::storage
