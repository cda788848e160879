// The services of the contract, each in a file of its own, which registers its methods. Called
// before the server starts; one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "engine/engine.h"
#include "entitlement/catalog.h"
#include "entitlement/refusal.h"

namespace usher::auth {
class Gatekeeper;
}
namespace usher::engine {
class UpkeepRunner;
class WatchHub;
}  // namespace usher::engine

namespace usher::rpc {

class CallRegistry;

// What the server tells of itself.
struct ServerIdentity {
  std::string version;
  // Store::kind.
  std::string store;
  // Of the database that is served: who resumes a watch has to mean the same.
  std::string database_id;
  absl::Time start_time;
};

// What services answer from.
struct Backend {
  // Hands a command to the engine, as Engine::Submit does.
  std::function<void(engine::Submission&&)> submit;
  // Why it would take none now, as Engine::overload says.
  std::function<std::optional<entitlement::Overloaded>()> overload;
  // These outlive the server.
  const auth::Gatekeeper* gate = nullptr;
  const entitlement::Catalog* catalog = nullptr;
  engine::WatchHub* watch = nullptr;
  engine::UpkeepRunner* upkeep = nullptr;
  std::function<engine::EngineStats()> stats;
  ServerIdentity identity;
};

void RegisterAccountService(CallRegistry& calls, const Backend& backend);
void RegisterOrderService(CallRegistry& calls, const Backend& backend);
void RegisterAdminService(CallRegistry& calls, const Backend& backend);
void RegisterEventService(CallRegistry& calls, const Backend& backend);
void RegisterLicenseService(CallRegistry& calls, const Backend& backend);
void RegisterAgentService(CallRegistry& calls, const Backend& backend);
void RegisterPhoneService(CallRegistry& calls, const Backend& backend);
void RegisterVoiceService(CallRegistry& calls, const Backend& backend);

}  // namespace usher::rpc
