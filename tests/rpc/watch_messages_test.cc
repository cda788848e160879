// Messages of a watch: commands stay whole, tokens stand where a client may resume.
#include "rpc/watch_messages.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rpc/limits.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {
namespace {

constexpr size_t kMiB = size_t{1024} * 1024;

// A command of so many logins of so large a client_id.
engine::WatchedEntry Command(int64_t position, int events, size_t bytes = 10) {
  v1::WatchEventsResponse told;
  for (int i = 0; i < events; ++i) {
    v1::Event& event = *told.add_events();
    event.set_revision(position * 1000 + i);
    event.set_application(i % 2 == 0 ? "accounts/a/applications/even" : "");
    event.mutable_session_started()->set_client_id(std::string(bytes, 'x'));
  }
  return {position, std::make_shared<engine::SharedEntry>(
                        storage::JournalEntry{.payload = told.SerializeAsString()})};
}

class WatchMessagesTest : public ::testing::Test {
 protected:
  static std::vector<v1::WatchEventsResponse> Parse(const std::vector<grpc::ByteBuffer>& buffers) {
    std::vector<v1::WatchEventsResponse> messages;
    for (const grpc::ByteBuffer& buffer : buffers) {
      std::vector<grpc::Slice> slices;
      EXPECT_TRUE(buffer.Dump(&slices).ok());
      std::string bytes;
      for (const grpc::Slice& slice : slices) {
        bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
      }
      EXPECT_TRUE(messages.emplace_back().ParseFromString(bytes));
    }
    return messages;
  }
  std::vector<v1::WatchEventsResponse> Build(const EventFilter& filter,
                                             const std::vector<engine::WatchedEntry>& entries,
                                             int64_t up_to) {
    return Parse(WatchMessages(filter, tokens_).Build(entries, up_to));
  }
  int64_t PositionOf(const v1::WatchEventsResponse& message) {
    return tokens_.Read(message.resume_token()).value_or(-1);
  }

  const ResumeTokens tokens_{"database", "accounts/a"};
};

TEST_F(WatchMessagesTest, CommandsThatComeTogetherGoOutTogether) {
  const auto messages = Build({}, {Command(3, 2), Command(5, 1)}, 9);
  ASSERT_EQ(messages.size(), 1U);
  ASSERT_EQ(messages[0].events_size(), 3);
  EXPECT_EQ(messages[0].events(2).revision(), 5000);
  // Nothing of the account stands between its last entry and there.
  EXPECT_EQ(PositionOf(messages[0]), 9);
  EXPECT_FALSE(messages[0].checkpoint());
}

TEST_F(WatchMessagesTest, MessagesEndBetweenCommands) {
  const auto messages =
      Build({}, {Command(1, 1, kMiB / 2), Command(2, 1, kMiB / 3), Command(3, 1, kMiB / 3)}, 3);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].events_size(), 2);
  EXPECT_EQ(PositionOf(messages[0]), 2);
  EXPECT_EQ(messages[1].events_size(), 1);
  EXPECT_EQ(PositionOf(messages[1]), 3);
}

TEST_F(WatchMessagesTest, ACommandAboveTheBoundIsSplitAndOnlyItsLastPartHasAToken) {
  const auto messages = Build({}, {Command(1, 1), Command(2, 25, kMiB / 10), Command(3, 1)}, 3);
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(PositionOf(messages[0]), 1);
  EXPECT_EQ(messages[1].resume_token(), "");
  EXPECT_EQ(messages[2].resume_token(), "");
  // The rest of the command, and what fits behind it.
  EXPECT_EQ(PositionOf(messages[3]), 3);
  int events = 0;
  for (const auto& message : messages) {
    events += message.events_size();
    EXPECT_LE(message.ByteSizeLong(), kWatchMessageBytesMax + 200);
  }
  EXPECT_EQ(events, 27);
}

TEST_F(WatchMessagesTest, AnEventAboveTheBoundGoesAlone) {
  const auto messages = Build({}, {Command(1, 1), Command(2, 1, 2 * kMiB), Command(3, 1)}, 3);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(PositionOf(messages[0]), 1);
  EXPECT_EQ(PositionOf(messages[1]), 2);
  EXPECT_EQ(PositionOf(messages[2]), 3);
}

TEST_F(WatchMessagesTest, FiltersLeaveOutEventsAndWholeMessages) {
  EventFilter filter;
  filter.application = "accounts/a/applications/even";
  const auto messages = Build(filter, {Command(1, 3)}, 1);
  ASSERT_EQ(messages.size(), 1U);
  ASSERT_EQ(messages[0].events_size(), 2);
  EXPECT_EQ(messages[0].events(1).revision(), 1002);
  filter.application = "accounts/a/applications/none";
  EXPECT_TRUE(Build(filter, {Command(1, 3)}, 1).empty());
}

TEST_F(WatchMessagesTest, TypesAreTakenByTheirBits) {
  EventFilter filter;
  filter.types = BitOf(v1::Event::kSessionStarted);
  EXPECT_EQ(Build(filter, {Command(1, 2)}, 1).size(), 1U);
  filter.types = BitOf(v1::Event::kSessionEnded) | BitOf(v1::Event::kLicenseBound);
  EXPECT_TRUE(Build(filter, {Command(1, 2)}, 1).empty());
  const auto* payload = v1::Event::descriptor()->FindOneofByName("payload");
  for (int i = 0; i < payload->field_count(); ++i) EXPECT_LT(payload->field(i)->number(), 64);
}

TEST_F(WatchMessagesTest, ACheckpointHasATokenAndNoEvents) {
  const auto messages = Parse({WatchMessages({}, tokens_).Checkpoint(7)});
  EXPECT_TRUE(messages[0].checkpoint());
  EXPECT_EQ(messages[0].events_size(), 0);
  EXPECT_EQ(PositionOf(messages[0]), 7);
}

TEST(ResumeTokensTest, BelongToTheirListAndDatabase) {
  const ResumeTokens tokens("database", "accounts/a");
  const std::string token = tokens.Make(42);
  EXPECT_EQ(tokens.Read(token), 42);
  EXPECT_EQ(ResumeTokens("database", "accounts/b").Read(token), std::nullopt);
  EXPECT_EQ(ResumeTokens("restored", "accounts/a").Read(token), ResumeTokens::kOtherDatabase);
}

TEST(ResumeTokensTest, ThoseThatNobodyMadeAreNone) {
  const ResumeTokens tokens("database", "accounts/a");
  std::string token = tokens.Make(42);
  EXPECT_LE(token.size(), kResumeTokenLengthMax);
  EXPECT_EQ(tokens.Read(""), std::nullopt);
  EXPECT_EQ(tokens.Read("42"), std::nullopt);
  EXPECT_EQ(tokens.Read("%%%"), std::nullopt);
  EXPECT_EQ(tokens.Read(std::string(kResumeTokenLengthMax + 1, 'A')), std::nullopt);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(tokens.Read(altered), 42) << i;
  }
}

}  // namespace
}  // namespace usher::rpc
