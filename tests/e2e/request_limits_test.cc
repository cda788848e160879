// What one request may ask for, gone past over a real channel: lengths of texts, sizes of lists and
// of pages. What else is wrong with a field is tested in tests/rpc.
#include <functional>
#include <string>
#include <vector>

#include "entitlement/limits.h"
#include "rpc/limits.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

class RequestLimitsTest : public ServerTest {
 protected:
  // Asks with a field of some size: the length of a text, or the number of a list's elements.
  struct Bound {
    std::string field;
    int max;
    std::function<grpc::Status(int size)> ask;
  };

  void SetUp() override { api_.CreateSupport(); }

  // More than any bound here by far, and than whatever a bound keeps safe.
  static constexpr int kFarBeyond = 5'000;

  // As many as the bound are let pass, one more and very many more are refused by the field's name.
  static void ExpectEach(const std::vector<Bound>& bounds) {
    for (const Bound& bound : bounds) {
      EXPECT_NE(RefusedField(bound.ask(bound.max)), bound.field) << bound.max;
      for (const int size : {bound.max + 1, bound.max + kFarBeyond}) {
        const grpc::Status beyond = bound.ask(size);
        EXPECT_EQ(beyond.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << bound.field;
        EXPECT_EQ(RefusedField(beyond), bound.field) << size;
      }
    }
  }

  // The field that is malformed; empty where none is.
  static std::string RefusedField(const grpc::Status& status) {
    const google::rpc::ErrorInfo info = InfoOf(status);
    return info.reason() == "INVALID_FIELD" ? info.metadata().at("field") : "";
  }

  // A request that ends with a text.
  template <typename Method>
  std::function<grpc::Status(int)> Text(Method method, const std::string& request) {
    return [this, method, request](int length) {
      return api_.Call(method, request + "'" + std::string(static_cast<size_t>(length), 'x') + "'")
          .status;
    };
  }
  template <typename Method>
  std::function<grpc::Status(int)> TextInSupport(Method method, const std::string& request) {
    return Text(method, "application: '" + std::string(kSupport) + "' " + request);
  }

  // A request of acme/support with an element that is repeated.
  template <typename Method>
  std::function<grpc::Status(int)> List(Method method, const std::string& element) {
    return [this, method, element](int count) {
      std::string elements;
      for (int i = 0; i < count; ++i) elements += element;
      return api_.CallInSupport(method, elements).status;
    };
  }
};

TEST_F(RequestLimitsTest, LongTextsAreRefused) {
  using namespace entitlement;  // NOLINT(google-build-using-namespace): the bounds
  const std::string ada = "email: 'ada@example.com' ";
  ExpectEach({
      {"account_id", kResourceIdLengthMax, Text(&Account::CreateAccount, "account_id: ")},
      {"display_name", kDisplayNameLengthMax,
       Text(&Account::CreateAccount, "account_id: 'a' display_name: ")},
      {"request_id", kRequestIdLengthMax,
       Text(&Account::CreateAccount, "account_id: 'a' request_id: ")},
      {"application_id", kResourceIdLengthMax,
       Text(&Account::CreateApplication, "account: 'accounts/acme' application_id: ")},
      {"display_name", kDisplayNameLengthMax,
       Text(&Account::CreateApplication,
            "account: 'accounts/acme' application_id: 'a' display_name: ")},
      {"display_name", kDisplayNameLengthMax,
       Text(&Admin::CreateToken, "role: ROLE_OPERATOR display_name: ")},
      {"client_id", kClientIdLengthMax,
       TextInSupport(&Agents::StartSession, ada + "channel: CHANNEL_WEB client_id: ")},
      {"note", kNoteLengthMax, TextInSupport(&Agents::EndSession, "session_id: 1 note: ")},
      {"note", kNoteLengthMax, TextInSupport(&Agents::ForceOffline, ada + "note: ")},
      {"phone_id", kPhoneIdLengthMax, TextInSupport(&Phones::RegisterPhone, "phone_id: ")},
      {"call_id", kCallIdLengthMax, TextInSupport(&Voice::StartCall, "call_id: ")},
      {"holder", kEmailLengthMax, TextInSupport(&Licenses::ListLicenses, "holder: ")},
      {"etag", rpc::kEtagLengthMax, TextInSupport(&Licenses::ResetLicenses, "etag: ")},
  });
}

// Limits are of characters, whatever bytes each takes.
TEST_F(RequestLimitsTest, TheLongestTextMayBeOfTheLongestCharacters) {
  using namespace entitlement;  // NOLINT(google-build-using-namespace): the bounds
  api_.AskInSupport(&Orders::CreateOrder, "items { product: 'premium-agent-package' quantity: 1 }");
  const auto of = [](int length) {
    std::string text;
    for (int i = 0; i < length; ++i) text += "\U0001F600";
    return "'" + text + "' ";
  };
  const std::string client = of(kClientIdLengthMax);
  const auto login = api_.AskInSupport(
      &Agents::StartSession, "email: 'ada@example.com' channel: CHANNEL_WEB client_id: " + client);
  const std::string id = std::to_string(login.session().session_id());
  EXPECT_EQ("'" + login.session().client_id() + "' ", client);
  const std::string phone = of(kPhoneIdLengthMax);
  const auto online = api_.AskInSupport(&Phones::RegisterPhone, "phone_id: " + phone);
  EXPECT_EQ("'" + online.phone().phone_id() + "' ", phone);
  api_.AskInSupport(&Agents::EndSession, "session_id: " + id + " note: " + of(kNoteLengthMax));
  api_.Ask(&Account::CreateAccount,
           "account_id: 'other' display_name: " + of(kDisplayNameLengthMax) +
               "request_id: " + of(kRequestIdLengthMax));

  Restart();
  const auto phones = api_.AskInSupport(&Phones::ListPhones);
  ASSERT_EQ(phones.phones_size(), 1);
  EXPECT_EQ("'" + phones.phones(0).phone_id() + "' ", phone);
  // One more is one too many.
  const auto too_long = api_.CallInSupport(
      &Agents::StartSession,
      "email: 'ada@example.com' channel: CHANNEL_WEB client_id: " + of(kClientIdLengthMax + 1));
  EXPECT_EQ(RefusedField(too_long.status), "client_id");
  const auto longer =
      api_.CallInSupport(&Phones::RegisterPhone, "phone_id: " + of(kPhoneIdLengthMax + 1));
  EXPECT_EQ(RefusedField(longer.status), "phone_id");
}

TEST_F(RequestLimitsTest, LongEmailsAreRefused) {  // R11
  ExpectEach(
      {{"email", entitlement::kEmailLengthMax, [this](int length) {
          const std::string domain =
              "@" + std::string(60, 'd') + "." + std::string(60, 'e') + ".example";
          const std::string name(static_cast<size_t>(length) - domain.size(), 'x');
          return api_.CallInSupport(&Agents::CheckAccess, "email: '" + name + domain + "'").status;
        }}});
}

TEST_F(RequestLimitsTest, LongListsAreRefused) {
  using namespace entitlement;  // NOLINT(google-build-using-namespace): the bounds
  ExpectEach({
      {"session_ids", kRenewalBatchMax, List(&Agents::RenewSessions, "session_ids: 1 ")},
      {"phone_ids", kRenewalBatchMax, List(&Phones::RenewPhones, "phone_ids: '1' ")},
      {"call_ids", kCallBatchMax, List(&Voice::ExtendCalls, "call_ids: '1' ")},
      {"license_ids", kResetLicenseIdsMax, List(&Licenses::ResetLicenses, "license_ids: 1 ")},
      {"items", kOrderItemsMax,
       List(&Orders::CreateOrder, "items { product: 'standard-agent-package' quantity: 1 } ")},
  });
}

TEST_F(RequestLimitsTest, ALongerPageIsCutToTheLongest) {
  // Each of them has 3 licenses, and so has the trial.
  api_.AskInSupport(&Orders::CreateOrder,
                    "items { product: 'standard-agent-package' quantity: 333 }");
  const auto page = api_.AskInSupport(&Licenses::ListLicenses, "page_size: 2000000000");
  EXPECT_EQ(page.licenses_size(), entitlement::kPageSizeMax);
  const auto rest = api_.AskInSupport(
      &Licenses::ListLicenses, "page_size: 1001 page_token: '" + page.next_page_token() + "'");
  EXPECT_EQ(rest.licenses_size(), 2);
  EXPECT_EQ(rest.next_page_token(), "");
  EXPECT_EQ(api_.AskInSupport(&Licenses::ListLicenses).licenses_size(),
            entitlement::kPageSizeDefault);
  EXPECT_EQ(RefusedField(api_.CallInSupport(&Licenses::ListLicenses, "page_size: -1").status),
            "page_size");
}

}  // namespace
}  // namespace usher::e2e
