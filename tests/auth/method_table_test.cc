#include "auth/method_table.h"

#include <map>
#include <string>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "usher/v1/account_service.pb.h"
#include "usher/v1/admin_service.pb.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/event_service.pb.h"
#include "usher/v1/license_service.pb.h"
#include "usher/v1/order_service.pb.h"
#include "usher/v1/phone_service.pb.h"
#include "usher/v1/voice_service.pb.h"

namespace usher::auth {
namespace {

using entitlement::kRoles;
using entitlement::Role;

// "VLAO": viewer, agent (login flows), admin, operator; as the contract's comments say.
const std::map<std::string, std::string> kContract = {
    {"AccountService/CreateAccount", "O"},
    {"AccountService/GetAccount", "VLAO"},
    {"AccountService/ListAccounts", "VLAO"},
    {"AccountService/UpdateAccount", "AO"},
    {"AccountService/CreateApplication", "AO"},
    {"AccountService/GetApplication", "VLAO"},
    {"AccountService/ListApplications", "VLAO"},
    {"AccountService/UpdateApplication", "AO"},
    {"AccountService/DeleteApplication", "AO"},
    {"AccountService/UndeleteApplication", "AO"},
    {"AccountService/GetEntitlements", "VAO"},
    {"AdminService/CreateToken", "AO"},
    {"AdminService/ListTokens", "AO"},
    {"AdminService/RevokeToken", "AO"},
    {"AdminService/WhoAmI", "VLAO"},
    {"AdminService/GetStatus", "VLAO"},
    {"AdminService/BackupDatabase", "O"},
    {"AdminService/CheckIntegrity", "O"},
    {"AgentService/StartSession", "LAO"},
    {"AgentService/RenewSessions", "LAO"},
    {"AgentService/EndSession", "LAO"},
    {"AgentService/ForceOffline", "AO"},
    {"AgentService/SetMobileAnswering", "LAO"},
    {"AgentService/CheckAccess", "VLAO"},
    {"AgentService/ListSessions", "VAO"},
    {"AgentService/ListAgents", "VAO"},
    {"EventService/ListEvents", "VAO"},
    {"EventService/WatchEvents", "VAO"},
    {"LicenseService/GetLicense", "VAO"},
    {"LicenseService/ListLicenses", "VAO"},
    {"LicenseService/ResetLicenses", "AO"},
    {"LicenseService/ListResets", "VAO"},
    {"LicenseService/ListBindings", "VAO"},
    {"OrderService/ListProducts", "VLAO"},
    {"OrderService/CreateOrder", "AO"},
    {"OrderService/RenewSubscription", "AO"},
    {"OrderService/GetOrder", "VAO"},
    {"OrderService/ListOrders", "VAO"},
    {"OrderService/GetSubscription", "VAO"},
    {"OrderService/ListSubscriptions", "VAO"},
    {"PhoneService/RegisterPhone", "LAO"},
    {"PhoneService/RenewPhones", "LAO"},
    {"PhoneService/UnregisterPhone", "LAO"},
    {"PhoneService/ListPhones", "VAO"},
    {"VoiceService/StartCall", "LAO"},
    {"VoiceService/ConnectCall", "LAO"},
    {"VoiceService/ExtendCalls", "LAO"},
    {"VoiceService/EndCall", "LAO"},
    {"VoiceService/GetVoiceBalance", "VLAO"},
    {"VoiceService/GetCall", "VAO"},
    {"VoiceService/ListCalls", "VAO"},
};

std::string Letters(RoleSet roles) {
  std::string letters;
  for (const Role role : kRoles) {
    if (roles.Has(role)) letters += "VLAO"[static_cast<int>(role) - 1];
  }
  return letters;
}

TEST(MethodTable, SaysOfEveryMethodWhatTheContractSays) {
  const google::protobuf::FileDescriptor* const files[] = {
      v1::Account::descriptor()->file(), v1::Token::descriptor()->file(),
      v1::Session::descriptor()->file(), v1::Event::descriptor()->file(),
      v1::License::descriptor()->file(), v1::Order::descriptor()->file(),
      v1::Phone::descriptor()->file(),   v1::Call::descriptor()->file()};
  size_t methods = 0;
  for (const auto* file : files) {
    for (int i = 0; i < file->service_count(); ++i) {
      const auto* service = file->service(i);
      for (int j = 0; j < service->method_count(); ++j, ++methods) {
        const std::string name = service->name() + "/" + service->method(j)->name();
        const auto expected = kContract.find(name);
        ASSERT_NE(expected, kContract.end()) << name << " is a new method: who may call it?";
        EXPECT_EQ(Letters(RolesOf("usher.v1." + name)), expected->second) << name;
      }
    }
  }
  EXPECT_EQ(methods, kContract.size());
}

TEST(MethodTable, WhatIsNotInItIsDeniedToAll) {
  for (const char* name :
       {"usher.v1.AgentService/StartSessio", "usher.v1.AgentService/StartSessions",
        "usher.v2.AgentService/StartSession", "AgentService/StartSession", "", "zzz"}) {
    EXPECT_EQ(Letters(RolesOf(name)), "") << name;
  }
}

}  // namespace
}  // namespace usher::auth
