// The random steps of the property test: commands and time, on few people and few things, so that
// they collide. Plain values, printed as the words of a person.
#pragma once

#include <iosfwd>
#include <string>

#include "absl/time/time.h"
#include "entitlement/command.h"
#include "rapidcheck/gen/Create.h"
#include "tests/entitlement/naive_model.h"

namespace usher::entitlement::testing {

enum class Act {
  kWait,
  kWaitForEvent,
  kStandStill,
  kStandStillPastEvent,
  kServerDown,
  kServerDownUntilDeadline,
  kLogin,
  kRenewSessions,
  kLogout,
  kForceOffline,
  kMobile,
  kRegister,
  kRenewPhones,
  kUnregister,
  kStartCall,
  kConnectCall,
  kExtendCalls,
  kEndCall,
  kVoiceOrder,
  kReset,
  kOrder,
  kRenewSubscription,
  kDelete,
  kUndelete,
  kZone,
};

// Small numbers whose meaning depends on the act.
struct Step {
  Act act = Act::kWait;
  int application = 0;
  int who = 0;
  int a = 0;
  int b = 0;
  int c = 0;
};

inline constexpr const char* kStepApplications[] = {"support", "sales"};

// "support" or "sales".
std::string ApplicationOf(const Step& step);
// How long a kWait, kStandStill or kServerDown lasts.
absl::Duration DurationOf(const Step& step);
Email EmailOf(const Step& step);
// The command of a step that is one, on what the model knows to be there.
CommandPayload CommandOf(const Step& step, NaiveModel& model);

std::ostream& operator<<(std::ostream& out, const Step& step);

rc::Gen<Step> AnyStep();

}  // namespace usher::entitlement::testing
