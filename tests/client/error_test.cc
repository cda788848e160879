#include "client/lib/error.h"

#include <string>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace usher::client {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr int kResourceExhausted = 8;

std::string DetailsOf(const std::vector<const google::protobuf::Message*>& details) {
  google::rpc::Status status;
  status.set_code(kResourceExhausted);
  for (const google::protobuf::Message* detail : details) status.add_details()->PackFrom(*detail);
  return status.SerializeAsString();
}

TEST(ErrorFromStatus, ReadsReasonMetadataFieldsAndRetryDelay) {
  google::rpc::ErrorInfo info;
  info.set_reason("NO_IDLE_LICENSE");
  info.set_domain("usher");
  (*info.mutable_metadata())["total"] = "3";
  google::rpc::BadRequest bad_request;
  bad_request.add_field_violations()->set_field("email");
  bad_request.mutable_field_violations(0)->set_description("must be an email");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(250'000'000);

  const Error error = ErrorFromStatus(kResourceExhausted, "All 3 are taken.",
                                      DetailsOf({&info, &bad_request, &retry}));

  EXPECT_EQ(error.code, absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(error.reason, v1::ERROR_REASON_NO_IDLE_LICENSE);
  EXPECT_EQ(error.reason_name, "NO_IDLE_LICENSE");
  EXPECT_EQ(error.message, "All 3 are taken.");
  EXPECT_THAT(error.metadata, ElementsAre(Pair("total", "3")));
  EXPECT_THAT(error.field_violations, ElementsAre(FieldViolation{"email", "must be an email"}));
  EXPECT_EQ(error.retry_delay, absl::Milliseconds(250));
}

TEST(ErrorFromStatus, AReasonOfANewerServerKeepsItsName) {
  google::rpc::ErrorInfo info;
  info.set_reason("SOMETHING_NEW");
  info.set_domain("usher");
  const Error error = ErrorFromStatus(kResourceExhausted, "", DetailsOf({&info}));
  EXPECT_EQ(error.reason, v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(error.reason_name, "SOMETHING_NEW");
}

TEST(ErrorFromStatus, AnotherDomainsReasonIsNotOurs) {
  google::rpc::ErrorInfo info;
  info.set_reason("NO_IDLE_LICENSE");
  info.set_domain("proxy.example");
  EXPECT_EQ(ErrorFromStatus(kResourceExhausted, "", DetailsOf({&info})).reason_name, "");
}

TEST(ErrorFromStatus, UnreadableDetailsLeaveCodeAndMessage) {
  const Error error = ErrorFromStatus(kResourceExhausted, "No.", "\xff\xff no proto");
  EXPECT_EQ(error.code, absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(error.message, "No.");
  EXPECT_EQ(error.reason, v1::ERROR_REASON_UNSPECIFIED);
}

TEST(Error, TimeOfIsUnsetWhereTheMetadataHasNone) {
  Error error;
  error.metadata = {{"reliefTime", "2026-12-01T00:00:00Z"}, {"nextExpireTime", ""}};
  EXPECT_EQ(error.TimeOf("reliefTime"),
            absl::FromCivil(absl::CivilDay(2026, 12, 1), absl::UTCTimeZone()));
  EXPECT_EQ(error.TimeOf("nextExpireTime"), std::nullopt);
  EXPECT_EQ(error.TimeOf("absent"), std::nullopt);
}

}  // namespace
}  // namespace usher::client
