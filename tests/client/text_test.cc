// Words, times and tables: what a person reads.
#include <clocale>
#include <sstream>
#include <string>

#include "client/cli/json.h"
#include "client/cli/table.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/license_service.pb.h"

namespace usher::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

TEST(Words, OfEnumsAreThoseOfTheContract) {
  EXPECT_EQ(Word(v1::LICENSE_STATE_IN_USE), "in use");
  EXPECT_EQ(Word(v1::EDITION_PREMIUM), "premium");
  EXPECT_EQ(Word(v1::LICENSE_KIND_SIP), "SIP");
  EXPECT_EQ(Word(v1::EDITION_UNSPECIFIED), kNone);
  EXPECT_THAT(Choices(*v1::MobileAnswering_descriptor()),
              ElementsAre("off", "when-offline", "always"));
}

TEST(Words, AreReadAsTheyAreTyped) {
  EXPECT_EQ(ValueOf(*v1::LicenseState_descriptor(), "in-use"), v1::LICENSE_STATE_IN_USE);
  EXPECT_EQ(ValueOf(*v1::Channel_descriptor(), "SDK"), v1::CHANNEL_SDK);
  EXPECT_EQ(ValueOf(*v1::Channel_descriptor(), "fax"), std::nullopt);
  EXPECT_EQ(ValueOf(*v1::Channel_descriptor(), "unspecified"), std::nullopt);
}

TEST(Words, SizesAreInTheLargestUnitOfWhichThereIsOne) {
  EXPECT_EQ(Bytes(0), "0 B");
  EXPECT_EQ(Bytes(1023), "1023 B");
  EXPECT_EQ(Bytes(1024), "1.0 KiB");
  EXPECT_EQ(Bytes(12'345'678), "11.8 MiB");
  EXPECT_EQ(Bytes(int64_t{5} * 1024 * 1024 * 1024 * 1024), "5.0 TiB");
}

TEST(Words, MoneyAndCounts) {
  EXPECT_EQ(Money(0), "0.00");
  EXPECT_EQ(Money(8), "0.08");
  EXPECT_EQ(Money(123'456'789), "1,234,567.89");
  EXPECT_EQ(Count(1, "license"), "1 license");
  EXPECT_EQ(Count(12'000, "minute"), "12,000 minutes");
}

TEST(ParseOrderItem, ReadsQuantityAndSubscription) {
  const auto item = ParseOrderItem("standard-agent=4@7");
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(item->product(), "standard-agent");
  EXPECT_EQ(item->quantity(), 4);
  EXPECT_EQ(item->subscription_id(), 7);
}

TEST(ParseOrderItem, RefusesWhatHasAnotherForm) {
  for (const char* text : {"", "=4", "standard-sip", "standard-sip@7", "standard-agent=",
                           "standard-agent=four", "standard-agent=0", "standard-agent=-1",
                           "standard-agent=4@", "standard-agent=4@x", "standard-agent=4@0"}) {
    EXPECT_EQ(ParseOrderItem(text).has_value(), false) << text;
  }
}

TEST(Times, AreThoseOfTheAccountsZone) {
  const Times times("Europe/Berlin", At("2026-11-25T09:00:00Z"));
  EXPECT_EQ(times.Heading("EXPIRES"), "EXPIRES (CET)");
  EXPECT_EQ(times.At(At("2026-12-09T09:14:00Z")), "2026-12-09 10:14");
  EXPECT_EQ(times.AtWithZone(At("2026-07-01T10:00:00Z")), "2026-07-01 12:00 CEST");
  EXPECT_EQ(times.At(At("2026-07-01T10:00:00Z")), "2026-07-01 12:00 CEST")
      << "the heading says CET";
  EXPECT_EQ(times.At({}, /*has=*/false), kNone);
}

TEST(Times, AZoneThatThisMachineDoesNotKnowIsShownAsUtc) {
  const Times times("Mars/Olympus", At("2026-11-25T09:00:00Z"));
  EXPECT_EQ(times.Heading("EXPIRES"), "EXPIRES (UTC)");
  EXPECT_EQ(times.At(At("2026-12-09T09:14:00Z")), "2026-12-09 09:14");
}

TEST(Times, DistancesAreRoundedDownToFullUnits) {
  const absl::Time now = At("2026-11-25T09:00:00Z");
  const Times times("UTC", now);
  EXPECT_EQ(times.Distance(now), "now");
  EXPECT_EQ(times.Distance(now + absl::Milliseconds(58'900)), "in 59 s");
  EXPECT_EQ(times.Distance(now + absl::Minutes(59)), "in 59 min");
  EXPECT_EQ(times.Distance(now + absl::Hours(47)), "in 47 h");
  EXPECT_EQ(times.Distance(now + absl::Hours(14 * 24) - absl::Seconds(1)), "in 13 d");
  EXPECT_EQ(times.Distance(now - absl::Hours(48)), "2 d ago");
}

TEST(JsonObject, KeepsItsOrderAndLooksAsProtobufWritesIt) {
  const JsonObject json = JsonObject()
                              .AddText("zone", "\"Zo\u00eb\"\n")
                              .AddNumber("bytes", 12)
                              .AddList("none", {})
                              .AddList("a", {JsonObject().AddBool("b", true), JsonObject()});
  EXPECT_EQ(json.ToString(/*whitespace=*/false),
            R"({"zone":"\"Zoë\"\n","bytes":"12","none":[],"a":[{"b":true},{}]})");
  EXPECT_EQ(
      json.ToString(/*whitespace=*/true),
      "{\n \"zone\": \"\\\"Zoë\\\"\\n\",\n \"bytes\": \"12\",\n \"none\": [],\n \"a\": [\n  {\n"
      "   \"b\": true\n  },\n  {}\n ]\n}\n");
}

class TableTest : public ::testing::Test {
 protected:
  TableTest() { setlocale(LC_CTYPE, "C.UTF-8"); }  // NOLINT: no other thread.

  static std::string Printed(const Table& table, Look look, size_t width = 0) {
    std::ostringstream out;
    table.Print(out, look, width);
    return out.str();
  }

  Table table_{{{"AGENT"}, {"LICENSES", true}}};
};

TEST_F(TableTest, AlignsNumbersToTheRight) {
  table_.AddRow({"ann@acme.test", "3"});
  table_.AddRow({"", "12"});
  EXPECT_EQ(Printed(table_, Look::kPlain),
            "AGENT          LICENSES\n"
            "ann@acme.test         3\n"
            "—                    12\n");
}

TEST_F(TableTest, NoLineEndsInBlanks) {
  table_.AddRow({"ann@acme.test", " "});
  EXPECT_EQ(Printed(table_, Look::kPlain), "AGENT          LICENSES\nann@acme.test\n");
}

TEST_F(TableTest, PlainTablesHaveNoColoursAndCutNothingOff) {
  const std::string long_name(500, 'x');
  table_.AddRow({long_name, "1"});
  const std::string plain = Printed(table_, Look::kPlain);
  EXPECT_THAT(plain, HasSubstr(long_name));
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
}

TEST_F(TableTest, HeadingsOnATerminalAreBoldUnlessNoColorIsSet) {
  table_.AddRow({"ann@acme.test", "3"});
  EXPECT_THAT(Printed(table_, Look::kTerminal), HasSubstr("\x1b[1m"));
  setenv("NO_COLOR", "1", 1);  // NOLINT: no other thread.
  EXPECT_THAT(Printed(table_, Look::kTerminal), Not(HasSubstr("\x1b")));
  unsetenv("NO_COLOR");  // NOLINT: no other thread.
}

TEST_F(TableTest, AColumnThatFoldsKeepsTheTableAsWideAsTheTerminal) {
  Table table({{"ID", true}, {.heading = "WHAT", .folds = true}, {"WHO"}});
  table.AddRow({"7", "Zoë logged in on the web from her desk", "operator"});
  EXPECT_EQ(Printed(table, Look::kPlain, 38),
            "ID  WHAT                      WHO\n"
            " 7  Zoë logged in on the web  operator\n"
            "    from her desk\n");
  EXPECT_THAT(Printed(table, Look::kPlain), HasSubstr("from her desk  operator"));
}

TEST_F(TableTest, HeadingsFoldBeforeCellsAndATimeIsNotBroken) {
  Table table({{"PRODUCT"}, {"UNIT PRICE", true}, {"EXPIRES (CET)"}});
  table.AddRow({"standard-agent", "40.00", "2026-12-01 00:00, in 29 d"});
  table.AddRow({"total", kBlank, kBlank});
  EXPECT_EQ(Printed(table, Look::kPlain, 40),
            "PRODUCT          UNIT  EXPIRES (CET)\n"
            "                PRICE\n"
            "standard-agent  40.00  2026-12-01 00:00,\n"
            "                       in 29 d\n"
            "total\n");
}

TEST_F(TableTest, WhereNothingElseIsLeftATimeGoesOnBelowItsDay) {
  Table table({{"GRANT", true}, {"LAPSES"}});
  table.AddRow({"1", "2026-12-01 00:00"});
  EXPECT_EQ(Printed(table, Look::kPlain, 20),
            "GRANT  LAPSES\n"
            "    1  2026-12-01\n"
            "       00:00\n");
  // Words are whole, however narrow the terminal is.
  EXPECT_EQ(Printed(table, Look::kPlain, 3), Printed(table, Look::kPlain, 20));
}

TEST_F(TableTest, SentencesForWhichLittleIsLeftStandBelowTheirRow) {
  Table table({{"TIME"}, {"ACTOR"}, {.heading = "WHAT", .folds = true}});
  table.AddRow({"2026-12-01 00:00:05", "operator", "ann@acme.test logged in on web from desk-1"});
  table.AddRow({"2026-12-01 00:00:07", "system", "bob@acme.test logged out"});
  EXPECT_EQ(Printed(table, Look::kPlain, 40),
            "TIME                 ACTOR\n"
            "2026-12-01 00:00:05  operator\n"
            "    ann@acme.test logged in on web from\n"
            "    desk-1\n"
            "2026-12-01 00:00:07  system\n"
            "    bob@acme.test logged out\n");
}

TEST(Facts, AreALineForEach) {
  setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT: no other thread.
  Facts facts;
  facts.Add("State", "idle");
  facts.Add("Holder", "");
  std::ostringstream out;
  facts.Print(out, Look::kPlain);
  EXPECT_EQ(out.str(), "State   idle\nHolder  —\n");
}

}  // namespace
}  // namespace usher::cli
