#include "entitlement/limits.h"
#include "tests/rpc/wire_test_support.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/phone_service.pb.h"

namespace usher::rpc {
namespace {

using testing::ExpectEachRefused;
using testing::ParseInSupport;
using testing::Read;
using testing::RefusedField;

TEST(CommandFromAgent, StartSessionIsReadWhole) {
  entitlement::Target target;
  const auto command = Read<entitlement::StartSession>(
      ParseInSupport<v1::StartSessionRequest>(
          "email: ' Ada@Example.com ' channel: CHANNEL_SDK client_id: 'tab-1' "
          "edition: EDITION_PREMIUM ttl { seconds: 90 nanos: 500000000 }"),
      &target);
  EXPECT_EQ(target.account.value(), "acme");
  EXPECT_EQ(target.application.value(), "support");
  EXPECT_EQ(command.email.value(), "ada@example.com");  // R11
  EXPECT_EQ(command.channel, entitlement::Channel::kSdk);
  EXPECT_EQ(command.client_id.value(), "tab-1");
  EXPECT_EQ(command.edition, entitlement::Edition::kPremium);
  EXPECT_EQ(command.ttl, absl::Milliseconds(90'500));
}

TEST(CommandFromAgent, NoEditionAndNoTtlAreNoneRequested) {
  const auto command = Read<entitlement::StartSession>(ParseInSupport<v1::StartSessionRequest>(
      "email: 'ada@example.com' channel: CHANNEL_WEB client_id: 'tab-1'"));
  EXPECT_FALSE(command.edition.has_value());
  EXPECT_EQ(command.ttl, absl::ZeroDuration());
}

TEST(CommandFromAgent, EachMalformedFieldOfStartSessionIsNamed) {
  using Request = v1::StartSessionRequest;
  ExpectEachRefused<Request>(
      ParseInSupport<Request>("email: 'ada@example.com' channel: CHANNEL_WEB client_id: 'tab-1'"),
      {
          {"application", [](Request& r) { r.set_application("accounts/acme"); }},
          {"email", [](Request& r) { r.clear_email(); }},
          {"email", [](Request& r) { r.set_email("ada"); }},
          {"email", [](Request& r) { r.set_email("ädä@example.com"); }},
          {"channel", [](Request& r) { r.clear_channel(); }},
          {"channel", [](Request& r) { r.set_channel(static_cast<v1::Channel>(4)); }},
          {"channel", [](Request& r) { r.set_channel(static_cast<v1::Channel>(-1)); }},
          {"client_id", [](Request& r) { r.clear_client_id(); }},
          {"client_id", [](Request& r) { r.set_client_id(std::string("a\0b", 3)); }},
          {"client_id",
           [](Request& r) {
             r.set_client_id(std::string(entitlement::kClientIdLengthMax + 1, 'x'));
           }},
          {"client_id",
           [](Request& r) {
             r.set_client_id(std::string(entitlement::SharedText::kLengthMax + 1, 'x'));
           }},
          {"edition", [](Request& r) { r.set_edition(static_cast<v1::Edition>(3)); }},
          {"ttl", [](Request& r) { r.mutable_ttl()->set_seconds(-1); }},
          {"ttl", [](Request& r) { r.mutable_ttl()->set_nanos(-1); }},
          {"ttl", [](Request& r) { r.mutable_ttl()->set_nanos(1'000'000'000); }},
          {"ttl", [](Request& r) { r.mutable_ttl()->set_seconds(315'576'000'001); }},
      });
}

TEST(CommandFromAgent, TheFirstMalformedFieldInTheMessageIsTheOneNamed) {
  EXPECT_EQ(RefusedField(ParseInSupport<v1::StartSessionRequest>("email: 'x'")), "email");
}

TEST(CommandFromAgent, HeartbeatsAreBounded) {
  v1::RenewSessionsRequest request;
  request.set_application(testing::kSupport);
  EXPECT_TRUE(Read<entitlement::RenewSessions>(request).ids.empty());
  for (int i = 1; i <= entitlement::kRenewalBatchMax; ++i) request.add_session_ids(i);
  EXPECT_EQ(Read<entitlement::RenewSessions>(request).ids.size(), 1000u);
  request.set_session_ids(2, 0);
  EXPECT_EQ(RefusedField(request), "session_ids[2]");
  request.add_session_ids(7);
  EXPECT_EQ(RefusedField(request), "session_ids");
}

TEST(CommandFromAgent, EachMalformedFieldOfTheOtherMethodsIsNamed) {
  using End = v1::EndSessionRequest;
  ExpectEachRefused<End>(
      ParseInSupport<End>("session_id: 1 note: 'went home' forced: true"),
      {
          {"application", [](End& r) { r.clear_application(); }},
          {"session_id", [](End& r) { r.set_session_id(0); }},
          {"session_id", [](End& r) { r.set_session_id(-1); }},
          {"note", [](End& r) { r.set_note(std::string(entitlement::kNoteLengthMax + 1, 'n')); }},
          {"note", [](End& r) { r.set_note("two\nlines"); }},
      });
  using Force = v1::ForceOfflineRequest;
  ExpectEachRefused<Force>(
      ParseInSupport<Force>("email: 'ada@example.com'"),
      {
          {"application", [](Force& r) { r.clear_application(); }},
          {"email", [](Force& r) { r.set_email("@"); }},
          {"note", [](Force& r) { r.set_note(std::string(entitlement::kNoteLengthMax + 1, 'n')); }},
      });
  using Set = v1::SetMobileAnsweringRequest;
  ExpectEachRefused<Set>(
      ParseInSupport<Set>("email: 'ada@example.com' mode: MOBILE_ANSWERING_OFF"),
      {
          {"application", [](Set& r) { r.clear_application(); }},
          {"email", [](Set& r) { r.clear_email(); }},
          {"mode", [](Set& r) { r.clear_mode(); }},
          {"mode", [](Set& r) { r.set_mode(static_cast<v1::MobileAnswering>(4)); }},
          {"edition", [](Set& r) { r.set_edition(static_cast<v1::Edition>(9)); }},
      });
  using Check = v1::CheckAccessRequest;
  ExpectEachRefused<Check>(
      ParseInSupport<Check>("email: 'ada@example.com'"),
      {
          {"application", [](Check& r) { r.clear_application(); }},
          {"email", [](Check& r) { r.clear_email(); }},
          {"edition", [](Check& r) { r.set_edition(static_cast<v1::Edition>(9)); }},
      });
}

TEST(CommandFromAgent, EachMalformedFieldOfTheListsIsNamed) {
  using Sessions = v1::ListSessionsRequest;
  ExpectEachRefused<Sessions>(
      ParseInSupport<Sessions>("email: 'ada@example.com' channel: CHANNEL_MONITOR"),
      {
          {"application", [](Sessions& r) { r.clear_application(); }},
          {"page_size", [](Sessions& r) { r.set_page_size(-1); }},
          {"email", [](Sessions& r) { r.set_email("ada"); }},
          {"channel", [](Sessions& r) { r.set_channel(static_cast<v1::Channel>(4)); }},
      });
  using Agents = v1::ListAgentsRequest;
  ExpectEachRefused<Agents>(ParseInSupport<Agents>(""),
                            {
                                {"application", [](Agents& r) { r.clear_application(); }},
                                {"page_size", [](Agents& r) { r.set_page_size(-1); }},
                                {"email", [](Agents& r) { r.set_email("ada"); }},
                            });
}

TEST(CommandFromPhone, RegisterPhoneIsReadWhole) {
  const auto command = Read<entitlement::RegisterPhone>(ParseInSupport<v1::RegisterPhoneRequest>(
      "phone_id: 'sip:4711@pbx' edition: EDITION_STANDARD ttl { seconds: 3600 }"));
  EXPECT_EQ(command.id.value(), "sip:4711@pbx");
  EXPECT_EQ(command.edition, entitlement::Edition::kStandard);
  EXPECT_EQ(command.ttl, absl::Hours(1));
}

TEST(CommandFromPhone, EachMalformedFieldIsNamed) {
  using Register = v1::RegisterPhoneRequest;
  const std::string too_long(entitlement::kPhoneIdLengthMax + 1, '1');
  ExpectEachRefused<Register>(
      ParseInSupport<Register>("phone_id: '4711'"),
      {
          {"application", [](Register& r) { r.clear_application(); }},
          {"phone_id", [](Register& r) { r.clear_phone_id(); }},
          {"phone_id", [](Register& r) { r.set_phone_id("47\n11"); }},
          {"phone_id", [&](Register& r) { r.set_phone_id(too_long); }},
          {"edition", [](Register& r) { r.set_edition(static_cast<v1::Edition>(3)); }},
          {"ttl", [](Register& r) { r.mutable_ttl()->set_seconds(-1); }},
      });
  using Renew = v1::RenewPhonesRequest;
  ExpectEachRefused<Renew>(ParseInSupport<Renew>("phone_ids: '4711'"),
                           {
                               {"application", [](Renew& r) { r.clear_application(); }},
                               {"phone_ids[1]", [](Renew& r) { r.add_phone_ids(""); }},
                               {"phone_ids",
                                [](Renew& r) {
                                  for (int i = 0; i < entitlement::kRenewalBatchMax; ++i)
                                    r.add_phone_ids("1");
                                }},
                           });
  EXPECT_EQ(RefusedField(ParseInSupport<v1::UnregisterPhoneRequest>("")), "phone_id");
  EXPECT_EQ(RefusedField(v1::UnregisterPhoneRequest()), "application");
  EXPECT_EQ(RefusedField(ParseInSupport<v1::ListPhonesRequest>("page_size: -1")), "page_size");
}

}  // namespace
}  // namespace usher::rpc
