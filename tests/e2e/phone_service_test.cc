#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

class PhoneServiceTest : public ServerTest {
 protected:
  void SetUp() override {
    api_.CreateSupport();
    api_.AskInSupport(&Orders::CreateOrder,
                      "items { product: 'standard-agent-package' quantity: 1 } "
                      "items { product: 'standard-sip' quantity: 2 }");
  }
};

TEST_F(PhoneServiceTest, PhonesTakeALicenseWhileTheyAreOnline) {  // R21
  const auto first = api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '100'");
  EXPECT_EQ(first.phone().state(), v1::SESSION_STATE_ACTIVE);
  EXPECT_EQ(first.phone().edition(), v1::EDITION_STANDARD);
  const auto again = api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '100'");
  EXPECT_EQ(again.phone().license_id(), first.phone().license_id());
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '200'");

  const auto refused = api_.CallInSupport(&Phones::RegisterPhone, "phone_id: '300'").status;
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "SIP_POOL_EXHAUSTED");
  EXPECT_EQ(InfoOf(refused).metadata().at("online"), "2");

  api_.AskInSupport(&Phones::UnregisterPhone, "phone_id: '100'");
  api_.AskInSupport(&Phones::UnregisterPhone, "phone_id: '100'");
  EXPECT_TRUE(api_.CallInSupport(&Phones::RegisterPhone, "phone_id: '300'").ok());
}

TEST_F(PhoneServiceTest, HeartbeatsAnswerEachPhoneByItself) {
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '100'");
  const auto renewals =
      api_.AskInSupport(&Phones::RenewPhones, "phone_ids: '999' phone_ids: '100'");
  ASSERT_EQ(renewals.renewals_size(), 2);
  EXPECT_EQ(renewals.renewals(0).phone_id(), "999");
  EXPECT_EQ(renewals.renewals(0).state(), v1::SESSION_STATE_ENDED);
  EXPECT_FALSE(renewals.renewals(0).has_expire_time());
  EXPECT_EQ(renewals.renewals(1).state(), v1::SESSION_STATE_ACTIVE);
  EXPECT_TRUE(renewals.renewals(1).has_expire_time());
}

TEST_F(PhoneServiceTest, PhonesAreListedByPages) {
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '200'");
  api_.AskInSupport(&Phones::RegisterPhone, "phone_id: '100'");
  const auto page = api_.AskInSupport(&Phones::ListPhones, "page_size: 1");
  ASSERT_EQ(page.phones_size(), 1);
  EXPECT_EQ(page.phones(0).phone_id(), "100");
  const auto rest =
      api_.AskInSupport(&Phones::ListPhones, "page_token: '" + page.next_page_token() + "'");
  ASSERT_EQ(rest.phones_size(), 1);
  EXPECT_EQ(rest.phones(0).phone_id(), "200");
}

}  // namespace
}  // namespace usher::e2e
