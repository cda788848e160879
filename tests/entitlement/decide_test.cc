// Decide: what comes before every rule of a command, existence and deletion (R31, R4).
#include "entitlement/decide.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/agents.h"
#include "tests/support/world.h"

namespace usher::entitlement {
namespace {

using testing::Elsewhere;
using testing::ReasonOf;
using testing::World;

struct Row {
  const char* name;
  CommandPayload command;
  // What a deleted application says to it.
  const char* when_deleted;
};

std::vector<Row> CommandsOnApplications() {
  const Email ann("ann@acme.com");
  const ClientId tab("tab");
  return {
      {"GetApplication", GetApplication{}, "OK"},
      {"UpdateApplication", UpdateApplication{.display_name = "New"}, "APPLICATION_DELETED"},
      {"DeleteApplication", DeleteApplication{}, "WRONG_STATE"},
      {"GetEntitlements", GetEntitlements{}, "OK"},
      {"CreateOrder", CreateOrder{.items = {{"standard-agent-package", 1, {}}}},
       "APPLICATION_DELETED"},
      {"RenewSubscription", RenewSubscription{.id = SubscriptionId(1)}, "APPLICATION_DELETED"},
      {"GetOrder", GetOrder{.id = OrderId(1)}, "OK"},
      {"ListOrders", ListOrders{.limit = 1}, "OK"},
      {"GetSubscription", GetSubscription{.id = SubscriptionId(9)}, "RESOURCE_NOT_FOUND"},
      {"ListSubscriptions", ListSubscriptions{.limit = 1}, "OK"},
      {"GetLicense", GetLicense{.id = LicenseId(1)}, "OK"},
      {"ListLicenses", ListLicenses{.limit = 1}, "OK"},
      {"ResetLicenses", ResetLicenses{}, "APPLICATION_DELETED"},
      {"ListResets", ListResets{.limit = 1}, "OK"},
      {"ListBindings", ListBindings{.limit = 1}, "OK"},
      {"StartSession", StartSession{.email = ann, .client_id = tab}, "APPLICATION_DELETED"},
      {"RenewSessions", RenewSessions{.ids = {SessionId(1)}}, "OK"},
      {"EndSession", EndSession{.id = SessionId(9)}, "RESOURCE_NOT_FOUND"},
      {"ForceOffline", ForceOffline{.email = ann}, "OK"},
      {"SetMobileAnswering", SetMobileAnswering{.email = ann, .mode = MobileAnswering::kAlways},
       "APPLICATION_DELETED"},
      {"CheckAccess", CheckAccess{.email = ann}, "OK"},
      {"ListSessions", ListSessions{.limit = 1}, "OK"},
      {"ListAgents", ListAgents{.limit = 1}, "OK"},
      {"RegisterPhone", RegisterPhone{.id = PhoneId("201")}, "APPLICATION_DELETED"},
      {"RenewPhones", RenewPhones{.ids = {PhoneId("201")}}, "OK"},
      {"UnregisterPhone", UnregisterPhone{.id = PhoneId("201")}, "OK"},
      {"ListPhones", ListPhones{.limit = 1}, "OK"},
      // Last, as it brings the application back.
      {"UndeleteApplication", UndeleteApplication{}, "OK"},
  };
}

std::vector<Row> CommandsOnAccounts() {
  return {
      {"GetAccount", GetAccount{}, ""},
      {"UpdateAccount", UpdateAccount{.display_name = "New"}, ""},
      {"CreateApplication", CreateApplication{ApplicationId("sales"), "Sales"}, ""},
      {"ListApplications", ListApplications{.limit = 1}, ""},
  };
}

TEST(Decide, EveryCommandOnAnApplicationNamesTheOneThatThereIsNot) {  // R31
  World world;
  world.WithApplication();
  for (const Row& row : CommandsOnApplications()) {
    const auto refusal = world.Refused<ResourceNotFound>(row.command, Elsewhere("acme", "nothing"));
    EXPECT_EQ(refusal.resource, "accounts/acme/applications/nothing") << row.name;
  }
}

TEST(Decide, EveryCommandNamesTheAccountThatThereIsNot) {  // R31
  World world;
  world.WithApplication();
  std::vector<Row> rows = CommandsOnApplications();
  for (const Row& row : CommandsOnAccounts()) rows.push_back(row);
  for (const Row& row : rows) {
    const auto refusal =
        world.Refused<ResourceNotFound>(row.command, Elsewhere("nobody", "support"));
    EXPECT_EQ(refusal.resource, "accounts/nobody") << row.name;
  }
}

TEST(Decide, ADeletedApplicationRefusesWhatWouldUseIt) {  // R4, R31
  World world;
  world.WithApplication();
  world.Ask<OrderReply>(CreateOrder{.items = {{"standard-agent-package", 1, {}}}});
  world.Ask<ApplicationReply>(DeleteApplication{});
  for (const Row& row : CommandsOnApplications()) {
    const Outcome outcome = world.Run(row.command);
    EXPECT_EQ(ReasonOf(outcome), row.when_deleted) << row.name;
    if (ReasonOf(outcome) != "APPLICATION_DELETED") continue;
    EXPECT_EQ(std::get<ApplicationIsDeleted>(std::get<Refusal>(outcome.result)).application,
              "accounts/acme/applications/support");
    EXPECT_TRUE(outcome.changes.empty()) << row.name;  // R17
  }
}

TEST(Decide, CheckAccessAnswersTheDeletionInsteadOfRefusing) {  // R4
  World world;
  world.WithApplication();
  world.Ask<ApplicationReply>(DeleteApplication{});
  const auto reply = world.Ask<CheckAccessReply>(CheckAccess{.email = Email("ann@acme.com")});
  ASSERT_TRUE(reply.refusal.has_value());
  EXPECT_EQ(ReasonOf(*reply.refusal), "APPLICATION_DELETED");
  EXPECT_FALSE(reply.license.has_value());
}

TEST(Decide, ItemsOfAnOrderAreCheckedBeforeExistenceAndDeletion) {  // R31
  World world;
  world.WithApplication();
  const CreateOrder order = {.items = {{"no-such-product", 1, {}}}};
  world.Refused<InvalidField>(order, Elsewhere("nobody", "support"));
  world.Ask<ApplicationReply>(DeleteApplication{});
  world.Refused<InvalidField>(order);
}

}  // namespace
}  // namespace usher::entitlement
