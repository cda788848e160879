#include "client/lib/client.h"

#include <memory>
#include <string>
#include <vector>

#include "client/lib/pages.h"
#include "client/lib/retry.h"
#include "client/lib/uuid.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_connection.h"

namespace usher {
namespace {

using client::testing::FakeConnection;
using client::testing::Refusal;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class ClientTest : public ::testing::Test {
 protected:
  // Notes the waits instead of waiting.
  Client MakeClient(RetryPolicy policy = {}) {
    policy.pause = [this](absl::Duration wait, const std::stop_token&) {
      waits_.push_back(wait);
      return true;
    };
    return Client(connection_, {.retry = policy});
  }

  // GetAccount fails so many times with `error`, then succeeds.
  void FailFirst(int times, const Error& error) {
    auto left = std::make_shared<int>(times);
    connection_->On<v1::GetAccountRequest, v1::GetAccountResponse>(
        "GetAccount",
        [left, error](const v1::GetAccountRequest&) -> Result<v1::GetAccountResponse> {
          if ((*left)-- > 0) return error;
          return v1::GetAccountResponse();
        });
  }

  std::shared_ptr<FakeConnection> connection_ = std::make_shared<FakeConnection>();
  std::vector<absl::Duration> waits_;
};

TEST_F(ClientTest, TriesAgainWhileTheServerIsUnavailable) {
  FailFirst(2, {.code = absl::StatusCode::kUnavailable});
  EXPECT_TRUE(MakeClient().GetAccount({}).ok());
  EXPECT_THAT(connection_->sent(), SizeIs(3));
}

TEST_F(ClientTest, WaitsTwiceAsLongEachTimeUpToTheMaximum) {
  FailFirst(9, {.code = absl::StatusCode::kUnavailable});
  const Client client = MakeClient({.attempts_max = 5,
                                    .backoff_initial = absl::Milliseconds(100),
                                    .backoff_max = absl::Milliseconds(300)});
  EXPECT_FALSE(client.GetAccount({}).ok());
  const auto within = [](int ms) {
    return AllOf(Ge(absl::Milliseconds(ms) / 2), Le(absl::Milliseconds(ms)));
  };
  EXPECT_THAT(waits_, ElementsAre(within(100), within(200), within(300), within(300)));
}

TEST_F(ClientTest, WaitsAsLongAsTheServerAsks) {
  Error overloaded = Refusal(absl::StatusCode::kResourceExhausted, "OVERLOADED");
  overloaded.retry_delay = absl::Seconds(3);
  FailFirst(1, overloaded);
  EXPECT_TRUE(MakeClient().GetAccount({}).ok());
  EXPECT_THAT(waits_, ElementsAre(absl::Seconds(3)));
}

TEST_F(ClientTest, AnswersTheErrorWhereTheWaitWouldPassTheDeadline) {
  Error overloaded = Refusal(absl::StatusCode::kResourceExhausted, "OVERLOADED");
  overloaded.retry_delay = absl::Seconds(30);
  FailFirst(1, overloaded);
  const auto response = MakeClient().GetAccount({}, {.timeout = absl::Seconds(10)});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().reason, v1::ERROR_REASON_OVERLOADED);
  EXPECT_THAT(waits_, ElementsAre());
}

TEST_F(ClientTest, ARefusalIsFinal) {
  FailFirst(1, Refusal(absl::StatusCode::kResourceExhausted, "NO_IDLE_LICENSE"));
  EXPECT_FALSE(MakeClient().GetAccount({}).ok());
  EXPECT_THAT(connection_->sent(), SizeIs(1));
}

TEST_F(ClientTest, ACallHasTenSecondsUnlessItSaysOtherwise) {
  FailFirst(0, {});
  static_cast<void>(MakeClient().GetAccount({}));
  static_cast<void>(MakeClient().GetAccount({}, {.timeout = absl::Seconds(2)}));
  EXPECT_GT(connection_->sent()[0].timeout, absl::Seconds(9));
  EXPECT_LE(connection_->sent()[0].timeout, absl::Seconds(10));
  EXPECT_LE(connection_->sent()[1].timeout, absl::Seconds(2));
}

TEST_F(ClientTest, AllAttemptsCarryTheSameRequestId) {  // R28
  connection_->On<v1::CreateOrderRequest, v1::CreateOrderResponse>(
      "CreateOrder", [](const v1::CreateOrderRequest&) -> Result<v1::CreateOrderResponse> {
        return Error{.code = absl::StatusCode::kUnavailable};
      });
  static_cast<void>(MakeClient({.attempts_max = 3}).CreateOrder({}));
  static_cast<void>(MakeClient({.attempts_max = 1}).CreateOrder({}));
  const auto requests = connection_->Requests<v1::CreateOrderRequest>("CreateOrder");
  ASSERT_THAT(requests, SizeIs(4));
  EXPECT_THAT(requests[0].request_id(), SizeIs(36));
  EXPECT_EQ(requests[1].request_id(), requests[0].request_id());
  EXPECT_EQ(requests[2].request_id(), requests[0].request_id());
  EXPECT_NE(requests[3].request_id(), requests[0].request_id());
}

TEST_F(ClientTest, TheCallersRequestIdIsKept) {
  v1::CreateOrderRequest request;
  request.set_request_id("mine");
  static_cast<void>(MakeClient().CreateOrder(request));
  EXPECT_EQ(connection_->Requests<v1::CreateOrderRequest>("CreateOrder")[0].request_id(), "mine");
}

TEST(CallWithRetries, ACallThatIsNotIdempotentIsSentOnce) {
  FakeConnection connection;
  connection.On<v1::GetAccountRequest, v1::GetAccountResponse>(
      "GetAccount", [](const v1::GetAccountRequest&) -> Result<v1::GetAccountResponse> {
        return Error{.code = absl::StatusCode::kUnavailable};
      });
  v1::GetAccountResponse response;
  const auto error = client::CallWithRetries(
      connection, {"/x/GetAccount", client::Idempotency::kNone}, v1::GetAccountRequest(), response,
      RetryPolicy(), absl::Seconds(10), std::stop_token());
  EXPECT_TRUE(error.has_value());
  EXPECT_THAT(connection.sent(), SizeIs(1));
}

TEST(Pause, EndsAtOnceWhenItIsStopped) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(client::Pause(absl::Hours(1), source.get_token()));
}

TEST(RandomUuid, IsOfVersionFour) {
  EXPECT_THAT(client::RandomUuid(), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
                                                 "[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(client::RandomUuid(), client::RandomUuid());
}

// A list of so many licenses, in pages of at most `page_size_max`.
void ServeLicenses(FakeConnection& connection, int count, int page_size_max) {
  connection.On<v1::ListLicensesRequest, v1::ListLicensesResponse>(
      "ListLicenses",
      [=](const v1::ListLicensesRequest& request) -> Result<v1::ListLicensesResponse> {
        const int first = request.page_token().empty() ? 1 : std::stoi(request.page_token());
        const int size = std::min(request.page_size(), page_size_max);
        v1::ListLicensesResponse response;
        for (int id = first; id < first + size && id <= count; ++id) {
          response.add_licenses()->set_license_id(id);
        }
        if (first + size <= count) response.set_next_page_token(std::to_string(first + size));
        return response;
      });
}

TEST_F(ClientTest, FetchAllReadsEveryPage) {
  ServeLicenses(*connection_, 2500, 1000);
  const auto all = client::FetchAll(MakeClient(), &Client::ListLicenses, v1::ListLicensesRequest(),
                                    std::nullopt);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->licenses_size(), 2500);
  EXPECT_EQ(all->licenses(2499).license_id(), 2500);
  EXPECT_EQ(all->next_page_token(), "");
  EXPECT_THAT(connection_->sent(), SizeIs(3));
}

TEST_F(ClientTest, FetchAllStopsAtTheLimitAndTellsThatThereIsMore) {
  ServeLicenses(*connection_, 2500, 10);
  const auto some =
      client::FetchAll(MakeClient(), &Client::ListLicenses, v1::ListLicensesRequest(), 15);
  ASSERT_TRUE(some.ok());
  EXPECT_EQ(some->licenses_size(), 15);
  EXPECT_NE(some->next_page_token(), "");
}

}  // namespace
}  // namespace usher
