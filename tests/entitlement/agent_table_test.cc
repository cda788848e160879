#include <string>
#include <vector>

#include "entitlement/agent.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

using ::testing::ElementsAre;

Agent On(const std::string& email, int64_t license) {
  return {.email = Email(email), .license = LicenseId(license)};
}

AgentTable Three() {
  AgentTable table;
  table.Add(On("cleo@acme.com", 1));
  table.Add(On("ann@acme.com", 2));
  table.Add(On("ben@acme.com", 3));
  return table;
}

std::vector<std::string> Names(AgentTable::const_iterator begin, AgentTable::const_iterator end) {
  std::vector<std::string> names;
  for (auto it = begin; it != end; ++it) names.emplace_back(it->email.value());
  return names;
}

std::vector<std::string> Names(const AgentTable& table) {
  return Names(table.begin(), table.end());
}

TEST(AgentTable, ListsInTheOrderOfEmails) {
  const AgentTable table = Three();
  EXPECT_THAT(Names(table), ElementsAre("ann@acme.com", "ben@acme.com", "cleo@acme.com"));
  EXPECT_THAT(Names(table.UpperBound(Email("ann@acme.com")), table.end()),
              ElementsAre("ben@acme.com", "cleo@acme.com"));
  EXPECT_THAT(Names(table.UpperBound(Email("bea@acme.com")), table.end()),
              ElementsAre("ben@acme.com", "cleo@acme.com"));
}

TEST(AgentTable, FindsByEmail) {
  const AgentTable table = Three();
  ASSERT_NE(table.Find(Email("ben@acme.com")), nullptr);
  EXPECT_EQ(table.Find(Email("ben@acme.com"))->license, LicenseId(3));
  EXPECT_EQ(table.Find(Email("bea@acme.com")), nullptr);
}

TEST(AgentTable, AgentsStayAtTheirAddress) {
  AgentTable table = Three();
  Agent* const ben = table.Find(Email("ben@acme.com"));
  for (int i = 0; i < 1000; ++i) table.Add(On("agent" + std::to_string(i) + "@acme.com", 10 + i));
  table.Remove(Email("ann@acme.com"));
  EXPECT_EQ(table.Find(Email("ben@acme.com")), ben);
  EXPECT_EQ(table.size(), 1002U);
}

TEST(AgentTable, WhoIsRemovedIsInNeitherIndex) {
  AgentTable table = Three();
  const Agent& ben = *table.Find(Email("ben@acme.com"));
  table.Remove(ben.email);  // a reference into what goes
  EXPECT_EQ(table.Find(Email("ben@acme.com")), nullptr);
  EXPECT_THAT(Names(table), ElementsAre("ann@acme.com", "cleo@acme.com"));
}

TEST(AgentTable, CopiesAreIndependentAndEqualByContent) {
  const AgentTable table = Three();
  AgentTable copy = table;
  EXPECT_EQ(copy, table);
  copy.Find(Email("ben@acme.com"))->mobile_answering = MobileAnswering::kAlways;
  EXPECT_NE(copy, table);
  EXPECT_EQ(table.Find(Email("ben@acme.com"))->mobile_answering, MobileAnswering::kOff);
  copy = table;
  EXPECT_EQ(copy, table);
  copy.Remove(Email("ben@acme.com"));
  EXPECT_NE(copy, table);
}

}  // namespace
}  // namespace usher::entitlement
