// What is kept once looks, to whoever asks, like a text of its own.
#include "entitlement/shared_text.h"

#include <latch>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "entitlement/ids.h"
#include "entitlement/limits.h"
#include "gtest/gtest.h"

namespace usher::entitlement {
namespace {

using SharedEmail = SharedName<Email>;

TEST(SharedText, TakesThePlaceOfAPointer) { EXPECT_EQ(sizeof(SharedText), sizeof(void*)); }

TEST(SharedText, ACopyHasTheSameBytesInTheSamePlace) {
  const SharedText ann("ann@acme.com");
  const SharedText copy = ann;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.view(), "ann@acme.com");
  EXPECT_EQ(copy.view().data(), ann.view().data());
}

TEST(SharedText, ACopyOutlivesWhatItWasMadeFrom) {
  SharedText copy;
  {
    const SharedText ann("ann@acme.com");
    copy = ann;
  }
  EXPECT_EQ(copy.view(), "ann@acme.com");
}

TEST(SharedText, IsEmptyByDefaultAndOnceItWasMovedFrom) {
  SharedText ann("ann@acme.com");
  EXPECT_FALSE(ann.empty());
  const SharedText moved = std::move(ann);
  EXPECT_TRUE(ann.empty());  // NOLINT(bugprone-use-after-move): that is what is asked.
  EXPECT_TRUE(SharedText().empty());
  EXPECT_TRUE(SharedText("").empty());
  EXPECT_EQ(SharedText().view(), "");
}

TEST(SharedText, ItselfCanBeAssignedToItself) {
  SharedText ann("ann@acme.com");
  const SharedText& same = ann;
  ann = same;
  EXPECT_EQ(ann.view(), "ann@acme.com");
}

TEST(SharedText, EqualityAndOrderAreByContent) {
  EXPECT_EQ(SharedText("ann"), SharedText("ann"));
  EXPECT_FALSE(SharedText("ann") == SharedText("ben"));
  EXPECT_LT(SharedText("ann"), SharedText("ben"));
  EXPECT_EQ(SharedText("ann"), std::string_view("ann"));
}

TEST(SharedText, HoldsTheLongestThatTheRulesPermit) {
  // Of the longest characters, too.
  std::string client_id;
  for (int i = 0; i < kClientIdLengthMax; ++i) client_id += "\U0001F600";
  EXPECT_EQ(SharedText(client_id).view(), client_id);
  const std::string longest(SharedText::kLengthMax, 'x');
  EXPECT_EQ(SharedText(longest).view(), longest);
}

TEST(SharedTextDeathTest, AnythingLongerIsADefect) {
  const std::string longer(SharedText::kLengthMax + 1, 'x');
  EXPECT_DEATH(SharedText{longer}, "");
}

TEST(SharedText, ManyMoreHaveItInCommonThanAnApplicationHasRecords) {
  const SharedText ann("ann@acme.com");
  const size_t many = (size_t{1} << 21) + 1000;
  const std::vector<SharedText> copies(many, ann);
  EXPECT_EQ(copies.back().view(), "ann@acme.com");
  EXPECT_EQ(ann.view(), "ann@acme.com");
  // The count is not near its end: the last have bytes of their own.
  EXPECT_EQ(copies.front().view().data(), ann.view().data());
  EXPECT_NE(copies.back().view().data(), ann.view().data());
}

TEST(SharedText, CopiesCanBeMadeAndDroppedOnSeveralThreadsAtOnce) {
  constexpr int kThreads = 4;
  const SharedText ann("ann@acme.com");
  std::latch all_there(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([ann, &all_there] {
      all_there.arrive_and_wait();
      for (int copies = 0; copies < 200'000; ++copies) {
        const SharedText copy = ann;  // NOLINT(performance-unnecessary-copy-initialization)
        ASSERT_EQ(copy.view(), "ann@acme.com");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ann.view(), "ann@acme.com");
}

TEST(SharedName, IsTheNameThatItWasMadeFrom) {
  const SharedEmail ann = Email("ann@acme.com");
  const Email back = ann;
  EXPECT_EQ(back, Email("ann@acme.com"));
  EXPECT_EQ(ann, Email("ann@acme.com"));
  EXPECT_EQ(ann.value(), "ann@acme.com");
}

}  // namespace
}  // namespace usher::entitlement
