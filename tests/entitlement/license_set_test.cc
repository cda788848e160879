// A set of licenses by expiry says what a set of pairs says, whatever goes in and out.
#include "entitlement/license_set.h"

#include <functional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

using ::testing::ElementsAre;

using Pair = std::pair<absl::Time, LicenseId>;

absl::Time Day(int day) { return absl::UnixEpoch() + absl::Hours(24 * day); }

template <typename Order>
std::vector<Pair> Listed(const LicenseSet<Order>& set) {
  std::vector<Pair> pairs;
  for (const auto& [expire_time, id] : set) pairs.emplace_back(expire_time, id);
  return pairs;
}

TEST(LicenseSet, TheSoonestToExpireComesFirstThenTheLowestId) {
  LicenseSet<std::less<>> set;
  set.Insert(Day(2), LicenseId(1));
  set.Insert(Day(1), LicenseId(3));
  set.Insert(Day(1), LicenseId(2));
  EXPECT_THAT(Listed(set), ElementsAre(Pair(Day(1), LicenseId(2)), Pair(Day(1), LicenseId(3)),
                                       Pair(Day(2), LicenseId(1))));
}

TEST(LicenseSet, TheLatestToExpireComesFirstWhereThatIsTheOrder) {
  LicenseSet<std::greater<>> set;
  set.Insert(Day(1), LicenseId(1));
  set.Insert(Day(2), LicenseId(3));
  set.Insert(Day(2), LicenseId(2));
  EXPECT_THAT(Listed(set), ElementsAre(Pair(Day(2), LicenseId(2)), Pair(Day(2), LicenseId(3)),
                                       Pair(Day(1), LicenseId(1))));
}

TEST(LicenseSet, WhatAnIteratorGaveOutlivesIt) {
  LicenseSet<std::less<>> set;
  set.Insert(Day(1), LicenseId(1));
  set.Insert(Day(1), LicenseId(2));
  const auto& first = *set.begin();
  set.Erase(Day(1), LicenseId(1));
  EXPECT_EQ(first.id, LicenseId(1));
  EXPECT_EQ(first.expire_time, Day(1));
}

TEST(LicenseSet, ARowCanBeCutInTheMiddleAndMadeWholeAgain) {
  LicenseSet<std::less<>> whole;
  for (int64_t id = 1; id <= 5; ++id) whole.Insert(Day(1), LicenseId(id));
  LicenseSet<std::less<>> cut = whole;
  cut.Erase(Day(1), LicenseId(3));
  EXPECT_THAT(Listed(cut), ElementsAre(Pair(Day(1), LicenseId(1)), Pair(Day(1), LicenseId(2)),
                                       Pair(Day(1), LicenseId(4)), Pair(Day(1), LicenseId(5))));
  EXPECT_FALSE(cut == whole);
  cut.Insert(Day(1), LicenseId(3));
  EXPECT_TRUE(cut == whole);
}

TEST(LicenseSet, WhatIsInOrNotInAlreadyStaysSo) {
  LicenseSet<std::less<>> set;
  for (int64_t id = 1; id <= 3; ++id) set.Insert(Day(1), LicenseId(id));
  set.Insert(Day(1), LicenseId(2));
  set.Erase(Day(1), LicenseId(4));
  set.Erase(Day(2), LicenseId(2));
  EXPECT_EQ(Listed(set).size(), 3u);
}

template <typename Order>
void CompareWithPairs(unsigned seed) {
  const auto less = [](const Pair& a, const Pair& b) {
    return a.first != b.first ? Order()(a.first, b.first) : a.second < b.second;
  };
  std::set<Pair, decltype(less)> pairs(less);
  LicenseSet<Order> set;
  std::mt19937 random(seed);
  for (int step = 0; step < 2000; ++step) {
    const Pair pair(Day(static_cast<int>(random() % 3)), LicenseId(1 + random() % 20));
    if (random() % 2 == 0) {
      pairs.insert(pair);
      set.Insert(pair.first, pair.second);
    } else {
      pairs.erase(pair);
      set.Erase(pair.first, pair.second);
    }
    ASSERT_EQ(Listed(set), std::vector<Pair>(pairs.begin(), pairs.end())) << "seed " << seed;
    ASSERT_EQ(set.empty(), pairs.empty());
    // However it came about: equal sets are equal.
    LicenseSet<Order> again;
    for (const Pair& each : pairs) again.Insert(each.first, each.second);
    ASSERT_TRUE(set == again) << "seed " << seed << " step " << step;
  }
}

TEST(LicenseSet, SaysWhatASetOfPairsSaysInBothOrders) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    CompareWithPairs<std::less<>>(seed);
    CompareWithPairs<std::greater<>>(seed);
  }
}

}  // namespace
}  // namespace usher::entitlement
