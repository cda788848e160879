#include "entitlement/limits.h"
#include "rpc/limits.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/license_service.pb.h"

namespace usher::rpc {
namespace {

using testing::ExpectEachRefused;
using testing::ParseInSupport;
using testing::Read;
using testing::RefusedField;

TEST(CommandFromLicense, FiltersAreSetWhereTheRequestSetsThem) {
  const auto none =
      Read<entitlement::ListLicenses>(ParseInSupport<v1::ListLicensesRequest>("")).filter;
  EXPECT_FALSE(none.kind || none.edition || none.state || !none.holder.empty());

  const auto all =
      Read<entitlement::ListLicenses>(
          ParseInSupport<v1::ListLicensesRequest>(
              "kind: LICENSE_KIND_SIP edition: EDITION_PREMIUM state: LICENSE_STATE_IN_USE "
              "holder: '4711'"))
          .filter;
  EXPECT_EQ(all.kind, entitlement::LicenseKind::kSip);
  EXPECT_EQ(all.edition, entitlement::Edition::kPremium);
  EXPECT_EQ(all.state, entitlement::LicenseState::kInUse);
  EXPECT_EQ(all.holder, "4711");
}

TEST(CommandFromLicense, EachMalformedFieldOfListLicensesIsNamed) {
  using Request = v1::ListLicensesRequest;
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("page_size: 10"),
      {
          {"application", [](Request& r) { r.clear_application(); }},
          {"page_size", [](Request& r) { r.set_page_size(-1); }},
          {"kind", [](Request& r) { r.set_kind(static_cast<v1::LicenseKind>(3)); }},
          {"edition", [](Request& r) { r.set_edition(static_cast<v1::Edition>(-1)); }},
          {"state", [](Request& r) { r.set_state(static_cast<v1::LicenseState>(5)); }},
          {"holder", [](Request& r) { r.set_holder(std::string(255, 'x')); }},
      });
}

TEST(CommandFromLicense, ResetLicensesIsReadWhole) {
  const auto command = Read<entitlement::ResetLicenses>(ParseInSupport<v1::ResetLicensesRequest>(
      "license_ids: 3 license_ids: 1 validate_only: true etag: 'e1'"));
  ASSERT_EQ(command.license_ids.size(), 2u);
  EXPECT_EQ(command.license_ids[0], entitlement::LicenseId(3));
  EXPECT_TRUE(command.validate_only);
  EXPECT_EQ(command.etag, "e1");
}

TEST(CommandFromLicense, EachMalformedFieldOfResetLicensesIsNamed) {
  using Request = v1::ResetLicensesRequest;
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("license_ids: 1"),
      {
          {"application", [](Request& r) { r.set_application("x"); }},
          {"license_ids[1]", [](Request& r) { r.add_license_ids(0); }},
          {"license_ids[0]", [](Request& r) { r.set_license_ids(0, -1); }},
          {"license_ids",
           [](Request& r) {
             for (int i = 0; i < entitlement::kResetLicenseIdsMax; ++i) r.add_license_ids(1);
           }},
          {"etag", [](Request& r) { r.set_etag(std::string(kEtagLengthMax + 1, 'e')); }},
          {"request_id", [](Request& r) { r.set_request_id("\n"); }},
      });
}

TEST(CommandFromLicense, ListBindingsIsReadWhole) {
  const auto command = Read<entitlement::ListBindings>(ParseInSupport<v1::ListBindingsRequest>(
      "license_id: 4 email: ' Ada@Example.COM' at_time { seconds: 1764061200 nanos: 5000 }"));
  EXPECT_EQ(command.license, entitlement::LicenseId(4));
  EXPECT_EQ(command.email.value(), "ada@example.com");
  EXPECT_EQ(command.at_time, absl::FromUnixSeconds(1764061200) + absl::Microseconds(5));
  const auto any = Read<entitlement::ListBindings>(ParseInSupport<v1::ListBindingsRequest>(""));
  EXPECT_FALSE(any.license || any.at_time || !any.email.empty() || any.before != 0);
}

TEST(CommandFromLicense, EachMalformedFieldOfTheOtherReadsIsNamed) {
  EXPECT_EQ(RefusedField(ParseInSupport<v1::GetLicenseRequest>("license_id: 0")), "license_id");
  EXPECT_EQ(RefusedField(ParseInSupport<v1::ListResetsRequest>("page_size: -7")), "page_size");
  using Request = v1::ListBindingsRequest;
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("at_time { seconds: 1 }"),
      {
          {"application", [](Request& r) { r.clear_application(); }},
          {"page_size", [](Request& r) { r.set_page_size(-1); }},
          {"license_id", [](Request& r) { r.set_license_id(-1); }},
          {"email", [](Request& r) { r.set_email("no address"); }},
          {"at_time", [](Request& r) { r.mutable_at_time()->set_nanos(1'000'000'000); }},
          {"at_time", [](Request& r) { r.mutable_at_time()->set_nanos(-1); }},
          {"at_time", [](Request& r) { r.mutable_at_time()->set_seconds(253'402'300'800); }},
          {"at_time", [](Request& r) { r.mutable_at_time()->set_seconds(-62'135'596'801); }},
      });
}

}  // namespace
}  // namespace usher::rpc
