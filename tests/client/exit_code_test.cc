#include "client/cli/exit_code.h"

#include <map>

#include "gtest/gtest.h"
#include "tests/client/fake_connection.h"

namespace usher::cli {
namespace {

using absl::StatusCode;
using client::testing::Refusal;

struct Row {
  v1::ErrorReason reason;
  // As the contract pairs them.
  StatusCode code;
  ExitCode exit_code;
};

// In the order of the contract's ErrorReason.
constexpr Row kRows[] = {
    {v1::ERROR_REASON_INVALID_FIELD, StatusCode::kInvalidArgument, ExitCode::kUsage},
    {v1::ERROR_REASON_BELOW_MINIMUM_PURCHASE, StatusCode::kInvalidArgument, ExitCode::kUsage},
    {v1::ERROR_REASON_REQUEST_ID_REUSED, StatusCode::kInvalidArgument, ExitCode::kUsage},
    {v1::ERROR_REASON_PAGE_TOKEN_MISMATCH, StatusCode::kInvalidArgument, ExitCode::kUsage},
    {v1::ERROR_REASON_INVALID_CREDENTIAL, StatusCode::kUnauthenticated, ExitCode::kForbidden},
    {v1::ERROR_REASON_ROLE_FORBIDS, StatusCode::kPermissionDenied, ExitCode::kForbidden},
    {v1::ERROR_REASON_RESOURCE_NOT_FOUND, StatusCode::kNotFound, ExitCode::kNotFound},
    {v1::ERROR_REASON_RESOURCE_ALREADY_EXISTS, StatusCode::kAlreadyExists, ExitCode::kConflict},
    {v1::ERROR_REASON_PACKAGE_REQUIRED, StatusCode::kFailedPrecondition, ExitCode::kExhausted},
    {v1::ERROR_REASON_EDITION_MISMATCH, StatusCode::kFailedPrecondition, ExitCode::kConflict},
    {v1::ERROR_REASON_SUBSCRIPTION_AMBIGUOUS, StatusCode::kFailedPrecondition, ExitCode::kConflict},
    {v1::ERROR_REASON_LICENSE_EXPIRED, StatusCode::kFailedPrecondition, ExitCode::kExhausted},
    {v1::ERROR_REASON_NOTHING_TO_RESET, StatusCode::kFailedPrecondition, ExitCode::kExhausted},
    {v1::ERROR_REASON_VOICE_PACKAGE_REQUIRED, StatusCode::kFailedPrecondition,
     ExitCode::kExhausted},
    {v1::ERROR_REASON_APPLICATION_DELETED, StatusCode::kFailedPrecondition, ExitCode::kConflict},
    {v1::ERROR_REASON_WRONG_STATE, StatusCode::kFailedPrecondition, ExitCode::kConflict},
    {v1::ERROR_REASON_LAST_OPERATOR_TOKEN, StatusCode::kFailedPrecondition, ExitCode::kConflict},
    {v1::ERROR_REASON_NO_IDLE_LICENSE, StatusCode::kResourceExhausted, ExitCode::kExhausted},
    {v1::ERROR_REASON_SIP_POOL_EXHAUSTED, StatusCode::kResourceExhausted, ExitCode::kExhausted},
    {v1::ERROR_REASON_VOICE_CONCURRENCY_EXHAUSTED, StatusCode::kResourceExhausted,
     ExitCode::kExhausted},
    {v1::ERROR_REASON_VOICE_MINUTES_EXHAUSTED, StatusCode::kResourceExhausted,
     ExitCode::kExhausted},
    {v1::ERROR_REASON_RESET_LIMIT_REACHED, StatusCode::kResourceExhausted, ExitCode::kExhausted},
    {v1::ERROR_REASON_OVERLOADED, StatusCode::kResourceExhausted, ExitCode::kUnavailable},
    {v1::ERROR_REASON_TOO_MANY_WATCHERS, StatusCode::kResourceExhausted, ExitCode::kExhausted},
    {v1::ERROR_REASON_ETAG_MISMATCH, StatusCode::kAborted, ExitCode::kConflict},
    {v1::ERROR_REASON_RESUME_TOKEN_EXPIRED, StatusCode::kOutOfRange, ExitCode::kConflict},
    {v1::ERROR_REASON_STORE_UNAVAILABLE, StatusCode::kUnavailable, ExitCode::kUnavailable},
    {v1::ERROR_REASON_SERVER_DRAINING, StatusCode::kUnavailable, ExitCode::kUnavailable},
    {v1::ERROR_REASON_WATCHER_TOO_SLOW, StatusCode::kAborted, ExitCode::kConflict},
};

Error ErrorOf(const Row& row) {
  constexpr size_t kPrefixLength = sizeof("ERROR_REASON_") - 1;
  return Refusal(row.code, v1::ErrorReason_Name(row.reason).substr(kPrefixLength));
}

TEST(ExitCodeOf, EveryReasonHasItsCode) {
  for (const Row& row : kRows) {
    EXPECT_EQ(ExitCodeOf(ErrorOf(row)), row.exit_code) << v1::ErrorReason_Name(row.reason);
  }
}

TEST(ExitCodeOf, NoReasonOfTheContractIsMissingInTheTable) {
  std::map<int, int> rows;
  for (const Row& row : kRows) ++rows[row.reason];
  const auto& reasons = *v1::ErrorReason_descriptor();
  for (int i = 0; i < reasons.value_count(); ++i) {
    if (reasons.value(i)->number() == 0) continue;
    EXPECT_EQ(rows[reasons.value(i)->number()], 1) << reasons.value(i)->name();
  }
}

TEST(ExitCodeOf, WithoutAReasonTheCodeCounts) {
  const auto of = [](StatusCode code) { return ExitCodeOf(Error{.code = code}); };
  EXPECT_EQ(of(StatusCode::kUnavailable), ExitCode::kUnavailable);
  EXPECT_EQ(of(StatusCode::kDeadlineExceeded), ExitCode::kUnavailable);
  EXPECT_EQ(of(StatusCode::kUnimplemented), ExitCode::kOther);
  EXPECT_EQ(of(StatusCode::kInternal), ExitCode::kOther);
  EXPECT_EQ(of(StatusCode::kResourceExhausted), ExitCode::kOther) << "gRPC's own limits";
}

TEST(ExitCodeOf, AReasonOfANewerServerGoesByItsCode) {
  EXPECT_EQ(ExitCodeOf(Refusal(StatusCode::kResourceExhausted, "NEW_POOL_EXHAUSTED")),
            ExitCode::kExhausted);
}

}  // namespace
}  // namespace usher::cli
