// Voice AI: the workload `call`, a start and an end in turn, each a durable commit of its own; and
// `extend-1000`, a heartbeat of a thousand calls on one connection.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/plan.h"
#include "tools/bench/site.h"
#include "tools/bench/workload.h"
#include "usher/v1/voice_service.grpc.pb.h"

namespace usher::bench {

class CallWorkload final : public Workload {
 public:
  // Both outlive it; the site must have bought Voice AI.
  CallWorkload(const Connections* connections, const Site* site);

  std::string_view name() const override { return kCall; }
  // Each starts a call, which counts as one, ends it with half a minute to be charged, which counts
  // as the next, and goes on with another call.
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::vector<std::unique_ptr<::usher::v1::VoiceService::Stub>> stubs_;
  const Site* const site_;
};

class ExtendWorkload final : public Workload {
 public:
  // As for CallWorkload; the site must have started its calls, too.
  ExtendWorkload(const Connections* connections, const Site* site);

  std::string_view name() const override { return kExtend; }
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::unique_ptr<::usher::v1::VoiceService::Stub> stub_;
  const Site* const site_;
};

}  // namespace usher::bench
