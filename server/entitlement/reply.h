// Replies: what a decision answers, as views of the state that it left. rpc/reply_to_proto makes
// messages of them.
//
// Plain values that own all they tell: a reply outlives the state it was made from. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/account.h"
#include "entitlement/application.h"
#include "entitlement/command.h"
#include "entitlement/history.h"
#include "entitlement/ids.h"
#include "entitlement/order.h"
#include "entitlement/refusal.h"
#include "entitlement/shared_text.h"
#include "entitlement/token.h"
#include "entitlement/types.h"
#include "entitlement/voice.h"

namespace usher::entitlement {

// ---- Views

struct ApplicationView {
  Target name;
  std::string display_name;
  absl::Time create_time;
  std::optional<absl::Time> trial_expire_time;
  std::optional<absl::Time> delete_time;
};

struct LicenseView {
  LicenseId id;
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;
  LicenseSource source = LicenseSource::kTrial;
  SubscriptionId subscription;
  LicenseState state = LicenseState::kIdle;
  SharedText holder;
  // Unset where nobody holds it.
  std::optional<absl::Time> bind_time;
  absl::Time expire_time;
};

struct SessionView {
  SessionId id;
  SharedName<Email> email;
  Channel channel = Channel::kWeb;
  SharedName<ClientId> client_id;
  LicenseId license;
  SessionState state = SessionState::kActive;
  absl::Time start_time;
  // End of the lease by the wall clock; of an ended session its end.
  absl::Time expire_time;
  absl::Duration ttl;
  std::optional<absl::Time> drain_deadline;
  EndReason end_reason = EndReason::kNone;
  Revision revision;
};

struct AgentView {
  SharedName<Email> email;
  // Unset where the email holds no license.
  std::optional<LicenseView> license;
  MobileAnswering mobile_answering = MobileAnswering::kOff;
  // In the order of their channels.
  std::vector<SessionView> sessions;
  std::optional<absl::Time> last_active_time;
};

struct PhoneView {
  PhoneId id;
  LicenseId license;
  Edition edition = Edition::kStandard;
  SessionState state = SessionState::kActive;
  absl::Time online_time;
  absl::Time expire_time;
  std::optional<absl::Time> drain_deadline;
  Revision revision;
};

struct SubscriptionView {
  Subscription subscription;
  bool expired = false;
};

struct ResetAllowance {
  absl::CivilMonth month;
  int used = 0;
  int limit = 0;
  absl::Time month_end;

  int left() const { return used < limit ? limit - used : 0; }
};

struct PoolView {
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;
  PoolCount count;
  PoolUsage usage;
};

// How many licenses a pool has from `time` on, if nothing is renewed.
struct CapacityStep {
  absl::Time time;
  LicenseKind kind = LicenseKind::kAgent;
  Edition edition = Edition::kStandard;
  int64_t total = 0;
};

// ---- Replies

struct AccountReply {
  AccountView account;
};

struct ApplicationReply {
  ApplicationView application;
};

// A page of a list says by `more` that there is another behind its last element.
struct ApplicationsReply {
  std::vector<ApplicationView> applications;
  bool more = false;
};

struct EntitlementsReply {
  ApplicationView application;
  std::vector<PoolView> pools;
  ResetAllowance resets;
  std::vector<CapacityStep> timeline;
  // Voice AI: slots of the application, and what is left of the account's minutes.
  int64_t voice_concurrency_limit = 0;
  int64_t voice_concurrency_active = 0;
  int64_t voice_minutes_remaining = 0;
};

struct OrderReply {
  Order order;
  std::vector<SubscriptionView> subscriptions;
};

struct SubscriptionReply {
  SubscriptionView subscription;
};

struct SubscriptionsReply {
  std::vector<SubscriptionView> subscriptions;
  bool more = false;
};

struct LicenseReply {
  LicenseView license;
};

struct LicensesReply {
  std::vector<LicenseView> licenses;
  bool more = false;
};

struct ReleasedBinding {
  LicenseId license;
  SharedName<Email> email;
};

struct RetainedBinding {
  LicenseId license;
  SharedName<Email> email;
  RetainReason reason = RetainReason::kLoggedIn;
};

struct ResetReply {
  // At most kResetListedMax of each, lowest license first; the counts are whole.
  std::vector<ReleasedBinding> released;
  std::vector<RetainedBinding> retained;
  int64_t released_count = 0;
  int64_t retained_count = 0;
  ResetAllowance allowance;
  std::string etag;
};

struct StartSessionReply {
  SessionView session;
  LicenseView license;
  bool newly_bound = false;
};

struct SessionRenewal {
  SessionId id;
  SessionState state = SessionState::kActive;
  absl::Time expire_time;
  std::optional<absl::Time> drain_deadline;
  EndReason end_reason = EndReason::kNone;
};

struct RenewSessionsReply {
  // In the order of the command.
  std::vector<SessionRenewal> renewals;
};

struct EndSessionReply {
  SessionView session;
};

struct ForceOfflineReply {
  AgentView agent;
  int ended_sessions = 0;
};

struct MobileAnsweringReply {
  AgentView agent;
  bool newly_bound = false;
};

struct CheckAccessReply {
  // Where allowed: the license that a login would use.
  std::optional<LicenseView> license;
  bool would_bind = false;
  // Where not: what StartSession would say.
  std::optional<Refusal> refusal;
  std::optional<absl::Time> earliest_relief_time;
};

struct SessionsReply {
  std::vector<SessionView> sessions;
  bool more = false;
};

struct AgentsReply {
  std::vector<AgentView> agents;
  bool more = false;
};

struct RegisterPhoneReply {
  PhoneView phone;
};

struct PhoneRenewal {
  PhoneId id;
  SessionState state = SessionState::kActive;
  absl::Time expire_time;
  std::optional<absl::Time> drain_deadline;
  EndReason end_reason = EndReason::kNone;
};

struct RenewPhonesReply {
  // In the order of the command.
  std::vector<PhoneRenewal> renewals;
};

struct UnregisterPhoneReply {};

struct PhonesReply {
  std::vector<PhoneView> phones;
  bool more = false;
};

// The call as StartCall, ConnectCall, EndCall and GetCall answer it.
struct CallReply {
  CallView call;
};

struct CallExtensionView {
  CallState state = CallState::kRinging;
  // End of the lease; of an ended call that is remembered its end, else unset.
  std::optional<absl::Time> expire_time;
  bool final_minute = false;
  std::optional<absl::Time> must_end_time;
  CallEndReason end_reason = CallEndReason::kNone;
};

struct ExtendCallsReply {
  // In the order of the command, whose call_ids are not repeated here. Calls that are not known are
  // ENDED without a reason.
  std::vector<CallExtensionView> extensions;
};

// The live calls of a state.
struct CallsReply {
  std::vector<CallView> calls;
  bool more = false;
};

struct VoiceConcurrencyView {
  ApplicationId application;
  int64_t limit = 0;
  int64_t active = 0;
};

struct VoiceBalanceReply {
  // Unexpired ones in the order of consumption (R24); `held` is the server's own matter.
  std::vector<MinuteGrant> grants;
  int64_t remaining_minutes = 0;
  int64_t reserved_minutes = 0;
  // Of each application that has slots or calls, by id.
  std::vector<VoiceConcurrencyView> concurrency;
};

struct TokenReply {
  Token token;
};

struct TokensReply {
  std::vector<Token> tokens;
  bool more = false;
};

// Whose events are to be watched; none: the server's own.
struct WatchReply {
  AccountNo account;
};

// The first answer to the same request_id and payload, as it was encoded then (R28). Made by the
// engine.
struct RememberedReply {
  std::string bytes;
};

// A decision that is answered from the store's history answers with a HistoryQuery, which the
// engine resolves into the HistoryPage that the caller gets.
using Reply =
    std::variant<AccountReply, ApplicationReply, ApplicationsReply, EntitlementsReply, OrderReply,
                 SubscriptionReply, SubscriptionsReply, LicenseReply, LicensesReply, ResetReply,
                 StartSessionReply, RenewSessionsReply, EndSessionReply, ForceOfflineReply,
                 MobileAnsweringReply, CheckAccessReply, SessionsReply, AgentsReply,
                 RegisterPhoneReply, RenewPhonesReply, UnregisterPhoneReply, PhonesReply, CallReply,
                 ExtendCallsReply, CallsReply, VoiceBalanceReply, RememberedReply, HistoryQuery,
                 HistoryPage, TokenReply, TokensReply, WatchReply>;

}  // namespace usher::entitlement
