#include "storage/sqlite/spans.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace usher::storage {

using entitlement::GrantId;
using entitlement::MinuteSpan;
using entitlement::MinuteSpans;

std::string ToText(const MinuteSpans& spans) {
  return absl::StrJoin(spans, ",", [](std::string* out, const MinuteSpan& span) {
    absl::StrAppend(out, span.grant.value(), ":", span.minutes);
  });
}

absl::StatusOr<MinuteSpans> SpansFromText(std::string_view text) {
  MinuteSpans spans;
  const absl::string_view whole(text.data(), text.size());
  if (whole.empty()) return spans;
  for (const absl::string_view part : absl::StrSplit(whole, ',')) {
    const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(part, ':');
    int64_t grant = 0;
    int64_t minutes = 0;
    if (!absl::SimpleAtoi(halves.first, &grant) || !absl::SimpleAtoi(halves.second, &minutes)) {
      return absl::DataLossError(absl::StrCat("these are no minutes of a call: ", whole));
    }
    spans.push_back({.grant = GrantId(grant), .minutes = minutes});
  }
  return spans;
}

}  // namespace usher::storage
