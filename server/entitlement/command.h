// Commands: what a caller asks for, with its fields already checked for form
// (rpc/command_from_proto).
//
// A command names the units that it is decided on by Target. Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "entitlement/order.h"
#include "entitlement/shared_text.h"
#include "entitlement/token.h"
#include "entitlement/types.h"

namespace usher::entitlement {

// An account, or an application of it; both empty for the server's own.
struct Target {
  AccountId account;
  ApplicationId application;

  friend bool operator==(const Target&, const Target&) = default;
};

// ---- Accounts and applications

// Target: the server's own.
struct CreateAccount {
  AccountId id;
  std::string display_name;
  std::string zone_name;
};

struct GetAccount {};

// Target: the server's own.
struct ListAccounts {
  // Where set, the only one that is shown.
  AccountId only;
  AccountId after;
  int limit = 0;
};

struct UpdateAccount {
  std::optional<std::string> display_name;
  std::optional<std::string> zone_name;
};

// Target: the account.
struct CreateApplication {
  ApplicationId id;
  std::string display_name;
};

struct GetApplication {};

// Target: the account.
struct ListApplications {
  ApplicationId after;
  int limit = 0;
  bool show_deleted = false;
};

struct UpdateApplication {
  std::optional<std::string> display_name;
};

struct DeleteApplication {};
struct UndeleteApplication {};
struct GetEntitlements {};

// ---- Orders

struct CreateOrder {
  std::vector<OrderItem> items;
  int months = 1;
  bool validate_only = false;
};

struct RenewSubscription {
  SubscriptionId id;
  int months = 1;
  // Unset carries all.
  std::optional<int64_t> units;
  // Unset carries all that are in force at the expiry; empty carries none.
  std::optional<std::vector<OrderItem>> add_ons;
  bool validate_only = false;
};

struct GetOrder {
  OrderId id;
};

// Newest first, below `before` where it is set.
struct ListOrders {
  OrderId before;
  int limit = 0;
};

struct GetSubscription {
  SubscriptionId id;
};

// Newest first, below `before` where it is set.
struct ListSubscriptions {
  SubscriptionId before;
  int limit = 0;
};

// ---- Licenses

struct GetLicense {
  LicenseId id;
};

struct LicenseFilter {
  std::optional<LicenseKind> kind;
  std::optional<Edition> edition;
  std::optional<LicenseState> state;
  // Compared with the holder as recorded; empty for any.
  std::string holder;
};

struct ListLicenses {
  LicenseFilter filter;
  LicenseId after;
  int limit = 0;
};

struct ResetLicenses {
  // Empty means every candidate.
  std::vector<LicenseId> license_ids;
  bool validate_only = false;
  // Of a preview; empty where none is claimed.
  std::string etag;
};

// Newest first, below `before` (a revision) where it is set.
struct ListResets {
  Revision before;
  int limit = 0;
};

// Newest first, below `before` (a row of the store's history) where it is set.
struct ListBindings {
  LicenseId license;
  SharedName<Email> email;
  std::optional<absl::Time> at_time;
  int64_t before = 0;
  int limit = 0;
};

// ---- Agents

struct StartSession {
  SharedName<Email> email;
  Channel channel = Channel::kWeb;
  SharedName<ClientId> client_id;
  std::optional<Edition> edition;
  // As requested; zero where none was.
  absl::Duration ttl;
};

struct RenewSessions {
  std::vector<SessionId> ids;
};

struct EndSession {
  SessionId id;
  std::string note;
  bool forced = false;
};

struct ForceOffline {
  SharedName<Email> email;
  bool mobile_answering_off = false;
  std::string note;
};

struct SetMobileAnswering {
  SharedName<Email> email;
  MobileAnswering mode = MobileAnswering::kOff;
  std::optional<Edition> edition;
};

struct CheckAccess {
  SharedName<Email> email;
  std::optional<Edition> edition;
};

struct ListSessions {
  // Empty for any.
  SharedName<Email> email;
  std::optional<Channel> channel;
  SessionId after;
  int limit = 0;
};

struct ListAgents {
  // Empty for any.
  SharedName<Email> email;
  Email after;
  int limit = 0;
};

// ---- Phones

struct RegisterPhone {
  PhoneId id;
  std::optional<Edition> edition;
  absl::Duration ttl;
};

struct RenewPhones {
  std::vector<PhoneId> ids;
};

struct UnregisterPhone {
  PhoneId id;
};

struct ListPhones {
  PhoneId after;
  int limit = 0;
};

// ---- Voice AI. These need the account and the name of the application, not its state.

struct StartCall {
  CallId id;
  CallDirection direction = CallDirection::kInbound;
  // As requested; zero where none was.
  absl::Duration ttl;
};

struct ConnectCall {
  CallId id;
  // Unset: now.
  std::optional<absl::Time> connect_time;
};

struct ExtendCalls {
  std::vector<CallId> ids;
};

struct EndCall {
  CallId id;
  // As the media server measured it; unset, the server's own measure counts (R25).
  std::optional<absl::Duration> connected_duration;
};

struct GetCall {
  CallId id;
};

// Newest first, below `before` where it is set.
struct ListCalls {
  std::optional<CallState> state;
  CallNo before;
  int limit = 0;
};

// Target: the account.
struct GetVoiceBalance {};

// ---- Tokens. Target: the server's own.

struct CreateToken {
  // Its id and create_time are the decision's to give.
  Token token;
};

struct ListTokens {
  // The account's alone; all where empty.
  AccountId account;
  TokenId after;
  int limit = 0;
};

struct RevokeToken {
  TokenId id;
  // Where set, tokens of others are not there.
  AccountId account;
};

// ---- The journal. Target: an account, an application, or the server's own.

// Newest first. Which of the events are shown is the wire's to say: the core doesn't know their
// bytes.
struct ListEvents {
  // By record_time: start_time ≤ record_time < end_time.
  std::optional<absl::Time> start_time;
  std::optional<absl::Time> end_time;
  // Position of an entry of the journal; 0 for the newest.
  int64_t before = 0;
};

struct WatchEvents {};

using CommandPayload =
    std::variant<CreateAccount, GetAccount, ListAccounts, UpdateAccount, CreateApplication,
                 GetApplication, ListApplications, UpdateApplication, DeleteApplication,
                 UndeleteApplication, GetEntitlements, CreateOrder, RenewSubscription, GetOrder,
                 ListOrders, GetSubscription, ListSubscriptions, GetLicense, ListLicenses,
                 ResetLicenses, ListResets, ListBindings, StartSession, RenewSessions, EndSession,
                 ForceOffline, SetMobileAnswering, CheckAccess, ListSessions, ListAgents,
                 RegisterPhone, RenewPhones, UnregisterPhone, ListPhones, StartCall, ConnectCall,
                 ExtendCalls, EndCall, GetCall, ListCalls, GetVoiceBalance, CreateToken, ListTokens,
                 RevokeToken, ListEvents, WatchEvents>;

struct Command {
  Target target;
  CommandPayload payload;
};

}  // namespace usher::entitlement
