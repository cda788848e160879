// Lines of the log: one line each, whatever is in them, and JSON that a parser of others reads.
#include "observe/log_line.h"

#include <array>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "observe/line_budget.h"
#include "observe/trace_context.h"

namespace usher::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr absl::Time kTime = absl::FromUnixMillis(1'764'399'600'007);

std::string Text(std::string_view message, std::vector<LogField> fields = {}) {
  return Render({.time = kTime, .level = "info", .message = message, .fields = fields},
                LogFormat::kText);
}

// What a parser makes of the line in JSON; nothing where it is none.
std::optional<google::protobuf::Struct> Parsed(std::string_view message,
                                               std::vector<LogField> fields = {}) {
  const std::string line = Render(
      {.time = kTime, .level = "info", .message = message, .fields = fields}, LogFormat::kJson);
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  google::protobuf::Struct object;
  const auto status = google::protobuf::util::JsonStringToMessage(line, &object);
  EXPECT_TRUE(status.ok()) << line;
  return status.ok() ? std::optional(object) : std::nullopt;
}

std::string ValueOf(const google::protobuf::Struct& object, const std::string& key) {
  const auto found = object.fields().find(key);
  return found == object.fields().end() ? "" : found->second.string_value();
}

TEST(LogLine, IsTextForPeople) {
  EXPECT_EQ(Text("usherd stops", {{"signal", "SIGTERM"}}),
            "2025-11-29T07:00:00.007Z info usherd stops signal=SIGTERM");
  EXPECT_EQ(
      Text("it says \"no\"", {{"a", ""}, {"b", "two words"}, {"c", "x=\"1\""}}),
      "2025-11-29T07:00:00.007Z info it says \"no\" a=\"\" b=\"two words\" c=\"x=\\\"1\\\"\"");
}

TEST(LogLine, IsAnObjectForPrograms) {
  const auto line = Parsed("usherd stops", {{"signal", "SIGTERM"}});
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->fields().size(), 4U);
  EXPECT_EQ(ValueOf(*line, "time"), "2025-11-29T07:00:00.007Z");
  EXPECT_EQ(ValueOf(*line, "level"), "info");
  EXPECT_EQ(ValueOf(*line, "message"), "usherd stops");
  EXPECT_EQ(ValueOf(*line, "signal"), "SIGTERM");
}

// Who can have a text logged can't forge a second line or a second field.
TEST(LogLine, EveryByteStaysWithinItsString) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const auto line = Parsed(all, {{"value", all}});
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->fields().size(), 4U);
  const std::string value = ValueOf(*line, "value");
  EXPECT_EQ(value.substr(0, 128), all.substr(0, 128));
  for (const char byte : Text(all, {{"value", all}})) {
    EXPECT_GE(static_cast<unsigned char>(byte), 0x20);
    EXPECT_NE(byte, 0x7f);
  }
}

TEST(LogLine, Utf8StaysAsItIsAndWhatIsNoneIsReplaced) {
  constexpr char kReplaced[] = "\xef\xbf\xbd";
  const std::string good = "Zoë 東京 🎧";
  EXPECT_EQ(ValueOf(Parsed("", {{"v", good}}).value(), "v"), good);
  for (const char* bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    const std::string value = ValueOf(Parsed("", {{"v", std::string(bad) + "."}}).value(), "v");
    EXPECT_EQ(value.substr(0, 3), kReplaced);
    EXPECT_EQ(value.back(), '.');
  }
}

TEST(Traceparent, NamesTheTrace) {
  const auto trace = ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace->parent_id, "00f067aa0ba902b7");
  // Of a version that is not there yet, which says more.
  EXPECT_TRUE(
      ParseTraceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").has_value());
}

TEST(Traceparent, OfAnotherFormIsNone) {
  for (const char* header : {
           "",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
           "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7-01",
       }) {
    EXPECT_FALSE(ParseTraceparent(header).has_value()) << header;
  }
}

TEST(LineBudget, LeavesOutWhatIsBeyondItAndSaysSo) {
  LineBudget budget(2);
  absl::Time now = absl::UnixEpoch();
  EXPECT_EQ(budget.Take(now), 0);
  EXPECT_EQ(budget.Take(now + absl::Seconds(59)), 0);
  EXPECT_EQ(budget.Take(now + absl::Seconds(59)), std::nullopt);
  EXPECT_EQ(budget.Take(now + absl::Seconds(59)), std::nullopt);
  now += absl::Minutes(1);
  EXPECT_EQ(budget.Take(now), 2);
  EXPECT_EQ(budget.Take(now), 0);
  EXPECT_EQ(budget.Take(now), std::nullopt);
  // A clock that steps back must not silence the log.
  EXPECT_EQ(budget.Take(now - absl::Hours(1)), 1);
}

}  // namespace
}  // namespace usher::observe
