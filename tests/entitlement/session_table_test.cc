// Sessions are found by id and listed in its order, wherever they stand.
#include "entitlement/session_table.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Session Of(int64_t id) { return {.id = SessionId(id), .email = Email("ann@acme.com")}; }

std::vector<int64_t> Listed(const SessionTable& table) {
  std::vector<int64_t> ids;
  for (const Session& session : table) ids.push_back(session.id.value());
  return ids;
}

SessionTable With(std::initializer_list<int64_t> ids) {
  SessionTable table;
  for (const int64_t id : ids) table.Add(Of(id));
  return table;
}

TEST(SessionTable, ListsInTheOrderOfTheIdsHoweverTheyCame) {
  EXPECT_THAT(Listed(With({5, 7, 1, 6, 3})), ElementsAre(1, 3, 5, 6, 7));
}

TEST(SessionTable, ASessionStaysAtItsAddressWhileOthersComeAndGo) {
  SessionTable table = With({1});
  const Session* const first = table.Find(SessionId(1));
  for (int64_t id = 2; id <= 100; ++id) table.Add(Of(id));
  for (int64_t id = 2; id <= 50; ++id) table.Remove(SessionId(id));
  EXPECT_EQ(table.Find(SessionId(1)), first);
  EXPECT_EQ(table.size(), 51u);
}

TEST(SessionTable, WhoIsRemovedIsNotFoundAndCanBeRemovedAgain) {
  SessionTable table = With({1, 2});
  table.Remove(SessionId(1));
  table.Remove(SessionId(1));
  EXPECT_EQ(table.Find(SessionId(1)), nullptr);
  EXPECT_FALSE(table.contains(SessionId(1)));
  EXPECT_THAT(Listed(table), ElementsAre(2));
}

TEST(SessionTable, UpperBoundIsTheFirstBehindAnIdThatNeedNotBeThere) {
  const SessionTable table = With({2, 4});
  EXPECT_EQ(table.UpperBound(SessionId(2))->id, SessionId(4));
  EXPECT_EQ(table.UpperBound(SessionId(3))->id, SessionId(4));
  EXPECT_TRUE(table.UpperBound(SessionId(4)) == table.end());
}

TEST(SessionTable, ACopyIsIndependentAndEqualityIsByContent) {
  SessionTable table = With({1, 2});
  SessionTable copy = table;
  EXPECT_TRUE(copy == table);
  copy.Find(SessionId(1))->ttl = absl::Minutes(1);
  EXPECT_FALSE(copy == table);
  EXPECT_EQ(table.Find(SessionId(1))->ttl, absl::ZeroDuration());
  copy = SessionTable();
  EXPECT_THAT(Listed(copy), IsEmpty());
  EXPECT_EQ(table.size(), 2u);
}

TEST(SessionTableDeathTest, AnIdIsThereOnce) {
  SessionTable table = With({1});
  EXPECT_DEATH(table.Add(Of(1)), "once");
}

}  // namespace
}  // namespace usher::entitlement
