#include "auth/method_table.h"

#include <algorithm>
#include <array>
#include <utility>

namespace usher::auth {
namespace {

using entitlement::Role;

constexpr RoleSet kAnyRole(Role::kViewer, Role::kAgent, Role::kAdmin, Role::kOperator);
constexpr RoleSet kReaders(Role::kViewer, Role::kAdmin, Role::kOperator);
constexpr RoleSet kLoginFlows(Role::kAgent, Role::kAdmin, Role::kOperator);
constexpr RoleSet kAdmins(Role::kAdmin, Role::kOperator);
constexpr RoleSet kOperatorOnly(Role::kOperator);

// As the comments of the contract have it; in the order of names.
constexpr auto kTable = std::to_array<std::pair<std::string_view, RoleSet>>({
    {"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", kAnyRole},
    {"usher.v1.AccountService/CreateAccount", kOperatorOnly},
    {"usher.v1.AccountService/CreateApplication", kAdmins},
    {"usher.v1.AccountService/DeleteApplication", kAdmins},
    {"usher.v1.AccountService/GetAccount", kAnyRole},
    {"usher.v1.AccountService/GetApplication", kAnyRole},
    {"usher.v1.AccountService/GetEntitlements", kReaders},
    {"usher.v1.AccountService/ListAccounts", kAnyRole},
    {"usher.v1.AccountService/ListApplications", kAnyRole},
    {"usher.v1.AccountService/UndeleteApplication", kAdmins},
    {"usher.v1.AccountService/UpdateAccount", kAdmins},
    {"usher.v1.AccountService/UpdateApplication", kAdmins},
    {"usher.v1.AdminService/BackupDatabase", kOperatorOnly},
    {"usher.v1.AdminService/CheckIntegrity", kOperatorOnly},
    {"usher.v1.AdminService/CreateToken", kAdmins},
    {"usher.v1.AdminService/GetStatus", kAnyRole},
    {"usher.v1.AdminService/ListTokens", kAdmins},
    {"usher.v1.AdminService/RevokeToken", kAdmins},
    {"usher.v1.AdminService/WhoAmI", kAnyRole},
    {"usher.v1.AgentService/CheckAccess", kAnyRole},
    {"usher.v1.AgentService/EndSession", kLoginFlows},
    {"usher.v1.AgentService/ForceOffline", kAdmins},
    {"usher.v1.AgentService/ListAgents", kReaders},
    {"usher.v1.AgentService/ListSessions", kReaders},
    {"usher.v1.AgentService/RenewSessions", kLoginFlows},
    {"usher.v1.AgentService/SetMobileAnswering", kLoginFlows},
    {"usher.v1.AgentService/StartSession", kLoginFlows},
    {"usher.v1.EventService/ListEvents", kReaders},
    {"usher.v1.EventService/WatchEvents", kReaders},
    {"usher.v1.LicenseService/GetLicense", kReaders},
    {"usher.v1.LicenseService/ListBindings", kReaders},
    {"usher.v1.LicenseService/ListLicenses", kReaders},
    {"usher.v1.LicenseService/ListResets", kReaders},
    {"usher.v1.LicenseService/ResetLicenses", kAdmins},
    {"usher.v1.OrderService/CreateOrder", kAdmins},
    {"usher.v1.OrderService/GetOrder", kReaders},
    {"usher.v1.OrderService/GetSubscription", kReaders},
    {"usher.v1.OrderService/ListOrders", kReaders},
    {"usher.v1.OrderService/ListProducts", kAnyRole},
    {"usher.v1.OrderService/ListSubscriptions", kReaders},
    {"usher.v1.OrderService/RenewSubscription", kAdmins},
    {"usher.v1.PhoneService/ListPhones", kReaders},
    {"usher.v1.PhoneService/RegisterPhone", kLoginFlows},
    {"usher.v1.PhoneService/RenewPhones", kLoginFlows},
    {"usher.v1.PhoneService/UnregisterPhone", kLoginFlows},
    {"usher.v1.VoiceService/ConnectCall", kLoginFlows},
    {"usher.v1.VoiceService/EndCall", kLoginFlows},
    {"usher.v1.VoiceService/ExtendCalls", kLoginFlows},
    {"usher.v1.VoiceService/GetCall", kReaders},
    {"usher.v1.VoiceService/GetVoiceBalance", kAnyRole},
    {"usher.v1.VoiceService/ListCalls", kReaders},
    {"usher.v1.VoiceService/StartCall", kLoginFlows},
});

constexpr bool IsSorted() {
  for (size_t i = 1; i < kTable.size(); ++i) {
    if (kTable[i].first <= kTable[i - 1].first) return false;
  }
  return true;
}
static_assert(IsSorted());

}  // namespace

RoleSet RolesOf(std::string_view method) {
  const auto found =
      std::lower_bound(kTable.begin(), kTable.end(), method,
                       [](const auto& row, std::string_view name) { return row.first < name; });
  return found != kTable.end() && found->first == method ? found->second : RoleSet();
}

}  // namespace usher::auth
