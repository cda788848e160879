#include "tools/bench/agent_share.h"

#include <optional>
#include <set>

#include "gtest/gtest.h"

namespace usher::bench {
namespace {

TEST(AgentShare, SharesOfAllOperationsAreEveryAgentOnce) {
  constexpr size_t kAgents = 10;
  constexpr size_t kOperations = 3;
  std::set<size_t> seen;
  for (size_t i = 0; i < kOperations; ++i) {
    AgentShare share(i, kOperations, kAgents);
    while (const std::optional<size_t> agent = share.Next()) {
      EXPECT_TRUE(seen.insert(*agent).second) << *agent;
      EXPECT_LT(*agent, kAgents);
    }
    EXPECT_EQ(share.Next(), std::nullopt);
  }
  EXPECT_EQ(seen.size(), kAgents);
}

TEST(AgentShare, BeginsAgainInACircle) {
  AgentShare share(1, 4, 10);
  EXPECT_EQ(share.NextInCircle(), 1U);
  EXPECT_EQ(share.NextInCircle(), 5U);
  EXPECT_EQ(share.NextInCircle(), 9U);
  EXPECT_EQ(share.NextInCircle(), 1U);
}

}  // namespace
}  // namespace usher::bench
