#include "client/cli/times.h"

#include "absl/strings/str_cat.h"
#include "client/cli/words.h"

namespace usher::cli {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// Up to two days the hours tell more than "1 d".
constexpr absl::Duration kHoursUpTo = absl::Hours(48);

}  // namespace

Times::Times(const std::string& zone_name, absl::Time now) : now_(now) {
  if (zone_name.empty() || !absl::LoadTimeZone(zone_name, &zone_)) zone_ = absl::UTCTimeZone();
}

std::string Times::Heading(std::string_view heading) const {
  return absl::StrCat(std::string(heading), " (", NameAt(now_), ")");
}

std::string Times::NameAt(absl::Time time) const { return absl::FormatTime("%Z", time, zone_); }

std::string Times::At(absl::Time time) const {
  return NameAt(time) == NameAt(now_) ? absl::FormatTime("%Y-%m-%d %H:%M", time, zone_)
                                      : AtWithZone(time);
}

std::string Times::AtWithZone(absl::Time time) const {
  return absl::FormatTime("%Y-%m-%d %H:%M %Z", time, zone_);
}

std::string Times::AtSecond(absl::Time time) const {
  return NameAt(time) == NameAt(now_) ? absl::FormatTime("%Y-%m-%d %H:%M:%S", time, zone_)
                                      : AtSecondWithZone(time);
}

std::string Times::AtSecondWithZone(absl::Time time) const {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Z", time, zone_);
}

absl::Time Times::FirstInstantOf(absl::CivilSecond civil) const {
  const absl::TimeZone::TimeInfo info = zone_.At(civil);
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

std::string Times::Distance(absl::Time time) const {
  const absl::Duration distance = absl::Ceil(time - now_, absl::Seconds(1));
  if (distance == absl::ZeroDuration()) return "now";
  if (distance > absl::ZeroDuration()) return absl::StrCat("in ", Words(distance));
  return absl::StrCat(Words(-distance), " ago");
}

std::string Times::At(const google::protobuf::Timestamp& time, bool has) const {
  return has ? At(FromProto(time)) : kNone;
}

std::string Times::Distance(const google::protobuf::Timestamp& time, bool has) const {
  return has ? Distance(FromProto(time)) : kNone;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return proto;
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const int64_t seconds = absl::ToUnixSeconds(time);
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return proto;
}

std::string Words(absl::Duration duration) {
  if (duration < absl::Minutes(2)) return absl::StrCat(absl::ToInt64Seconds(duration), " s");
  if (duration < absl::Hours(2)) return absl::StrCat(absl::ToInt64Minutes(duration), " min");
  if (duration < kHoursUpTo) return absl::StrCat(absl::ToInt64Hours(duration), " h");
  return absl::StrCat(duration / kDay, " d");
}

}  // namespace usher::cli
