// The services of the contract, each in a file of its own, which registers its methods. Called
// before the server starts; one thread.
#pragma once

#include <functional>

#include "engine/engine.h"
#include "entitlement/catalog.h"

namespace usher::rpc {

class CallRegistry;

// Hands a command to the engine, as Engine::Submit does.
using Submitter = std::function<void(engine::Submission)>;

void RegisterAccountService(CallRegistry& calls, const Submitter& submit);
// `catalog` outlives the server.
void RegisterOrderService(CallRegistry& calls, const Submitter& submit,
                          const entitlement::Catalog* catalog);
void RegisterLicenseService(CallRegistry& calls, const Submitter& submit);
void RegisterAgentService(CallRegistry& calls, const Submitter& submit);
void RegisterPhoneService(CallRegistry& calls, const Submitter& submit);
void RegisterVoiceService(CallRegistry& calls, const Submitter& submit);

}  // namespace usher::rpc
