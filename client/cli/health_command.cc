// usher health: what a probe asks.
#include <memory>
#include <string>

#include "client/cli/commands.h"
#include "client/cli/context.h"
#include "grpc/health/v1/health.pb.h"

namespace usher::cli {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr char kPackage[] = "usher.v1.";

struct HealthOptions {
  std::string service;
};

ExitCode Health(Context& context, const HealthOptions& options) {
  HealthCheckRequest request;
  const bool is_short = !options.service.empty() && options.service.find('.') == std::string::npos;
  request.set_service(is_short ? kPackage + options.service : options.service);
  const Result<HealthCheckResponse> response = context.client().CheckHealth(request);
  if (!response.ok()) return context.Fail(response.error());
  const bool serves = response->status() == HealthCheckResponse::SERVING;
  if (context.json()) {
    context.PrintJson(*response);
  } else {
    context.streams().out << HealthCheckResponse::ServingStatus_Name(response->status()) << "\n";
  }
  return serves ? ExitCode::kOk : ExitCode::kUnavailable;
}

}  // namespace

void AddHealthCommand(Commands& commands) {
  auto options = std::make_shared<HealthOptions>();
  CLI::App* command = AddCommand(
      commands.root, "health",
      "Asks whether the server serves; needs no token. Exit codes for probes: 0 it does, 7 it does "
      "not or can't be reached, 3 there is no such service",
      {"usher health", "usher health AgentService"});
  command
      ->add_option("SERVICE", options->service,
                   "One of the server's services; the server as a whole where not given")
      ->type_name("");
  OnSelected(commands, command, options, Health);
}

}  // namespace usher::cli
