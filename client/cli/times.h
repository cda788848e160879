// Times: instants as an account sees them, in its zone and as a distance from now. Plain
// value, any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace usher::cli {

class Times {
 public:
  // In UTC where this machine does not know the zone.
  Times(const std::string& zone_name, absl::Time now);

  absl::Time now() const { return now_; }

  // "EXPIRES (CET)": what the zone is called now.
  std::string Heading(std::string_view heading) const;

  // "2026-12-09 10:14", for a column whose heading names the zone; "2027-07-01 10:14 CEST" where
  // the zone is called otherwise then.
  std::string At(absl::Time time) const;
  // "2026-12-09 10:14 CET", for a sentence.
  std::string AtWithZone(absl::Time time) const;
  // The same to the second, for a journal: "2026-12-09 10:14:05".
  std::string AtSecond(absl::Time time) const;
  std::string AtSecondWithZone(absl::Time time) const;
  // The first instant that is not before the time of day: of two the earlier one, and where a
  // change of the clocks skips it, the instant of the change.
  absl::Time FirstInstantOf(absl::CivilSecond civil) const;
  // "in 13 d", "in 40 s", "2 h ago", "now": full units only, rounded down. What is due in part
  // of a second counts as a whole one, so that a lease of 60 s just taken ends "in 60 s".
  std::string Distance(absl::Time time) const;

  // The same of a field of a message: kNone where it is unset.
  std::string At(const google::protobuf::Timestamp& time, bool has) const;
  std::string Distance(const google::protobuf::Timestamp& time, bool has) const;

 private:
  std::string NameAt(absl::Time time) const;

  absl::TimeZone zone_;
  absl::Time now_;
};

absl::Time FromProto(const google::protobuf::Timestamp& time);
absl::Duration FromProto(const google::protobuf::Duration& duration);
google::protobuf::Duration ToProto(absl::Duration duration);
google::protobuf::Timestamp ToProto(absl::Time time);

// "13 d", "40 s".
std::string Words(absl::Duration duration);

}  // namespace usher::cli
