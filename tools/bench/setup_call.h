// SetupCall: a call outside of what is measured, for which somebody waits. Any thread.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace usher::bench {

inline constexpr std::chrono::seconds kSetupCallMax(60);

// Calls a method of a stub and waits for its answer. An error names the method's request.
template <typename Stub, typename Request, typename Response>
absl::Status SetupCall(Stub& stub, const std::string& authorization,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kSetupCallMax);
  context.set_wait_for_ready(true);
  context.AddMetadata("authorization", authorization);
  const grpc::Status status = (stub.*method)(&context, request, response);
  if (status.ok()) return absl::OkStatus();
  return absl::Status(
      static_cast<absl::StatusCode>(status.error_code()),
      absl::StrCat(Request::descriptor()->name(), " was refused: ", status.error_message()));
}

}  // namespace usher::bench
