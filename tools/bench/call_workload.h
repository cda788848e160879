// Voice AI: the workload `call`, each call's life of four RPCs in turn; and `extend-1000`, a
// heartbeat of a thousand calls.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/plan.h"
#include "tools/bench/voice_site.h"
#include "tools/bench/workload.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::bench {

class CallWorkload final : public Workload {
 public:
  // Both outlive it.
  CallWorkload(const Connections* connections, VoiceSite* voice);

  std::string_view name() const override { return kCall; }
  // Each starts a call, connects it, extends it, ends it with half a minute to be charged, and goes
  // on with another one. Each of the four counts as one; all but the extension are durable commits.
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::vector<std::unique_ptr<::usher::v1::VoiceService::Stub>> stubs_;
  VoiceSite* const voice_;
};

class ExtendWorkload final : public Workload {
 public:
  // As for CallWorkload.
  ExtendWorkload(const Connections* connections, const VoiceSite* voice);

  std::string_view name() const override { return kExtend; }
  Items items() const override { return {.per_call = kCallsInHeartbeat, .name = "extensions"}; }
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::vector<std::unique_ptr<::usher::v1::VoiceService::Stub>> stubs_;
  const VoiceSite* const voice_;
};

}  // namespace usher::bench
