// The anchor `echo`: as many bytes each way as a login, on the same server template and through the
// same client, and no work.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/echo.grpc.pb.h"
#include "tools/bench/plan.h"
#include "tools/bench/workload.h"

namespace usher::bench {

// Serialised messages.
struct MessageSizes {
  int request_bytes = 0;
  int response_bytes = 0;
};

class EchoWorkload final : public Workload {
 public:
  // `connections` outlives it.
  EchoWorkload(const Connections* connections, MessageSizes sizes);

  std::string_view name() const override { return kEcho; }
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::vector<std::unique_ptr<v1::EchoService::Stub>> stubs_;
  const MessageSizes sizes_;
};

}  // namespace usher::bench
