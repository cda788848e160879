#include "server/server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/watch_hub.h"
#include "rpc/event_to_proto.h"
#include "rpc/grpc_server.h"
#include "rpc/health_service.h"
#include "rpc/services.h"
#include "server/operator_token.h"
#include "spdlog/spdlog.h"
#include "storage/sqlite/sqlite_store.h"

namespace usher {
namespace {

// How long callers are told that the server stops before their connections are closed.
constexpr absl::Duration kFarewell = absl::Milliseconds(100);

// What the health service knows; the empty name is the server as a whole.
std::vector<std::string> HealthServices() {
  std::vector<std::string> names = {""};
  for (const char* service : {"AccountService", "AdminService", "AgentService", "EventService",
                              "LicenseService", "OrderService", "PhoneService", "VoiceService"}) {
    names.push_back(absl::StrCat("usher.v1.", service));
  }
  return names;
}

// The engine aborts the process behind this: a restart reads the truth from the store.
void SayWhyTheProcessEnds(const absl::Status& status) {
  spdlog::critical("usherd ends, since it can't tell what is stored: {}", status.ToString());
  spdlog::default_logger()->flush();
}

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

absl::Status Server::Start() {
  if (absl::Status status = CheckListen(options_); !status.ok()) return status;
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (options_.tls.enabled()) {
    auto made = auth::MakeCredentials(options_.tls);
    if (!made.ok()) return made.status();
    credentials = *std::move(made);
  }
  absl::StatusOr<std::unique_ptr<storage::SqliteStore>> store =
      storage::SqliteStore::Open({.data_dir = options_.data_dir});
  if (!store.ok()) return store.status();
  store_ = *std::move(store);

  engine::EngineOptions engine_options;
  engine_options.policy = options_.policy;
  engine_options.catalog = options_.catalog;
  engine_options.in_flight_max = options_.in_flight_max;
  engine_options.encode_journal = rpc::EncodeEvents;
  engine_options.on_fatal = SayWhyTheProcessEnds;
  engine_options.publish_tokens = [this](const auto& tokens) { tokens_.Replace(tokens); };
  watch_ = std::make_unique<engine::WatchHub>(options_.watch, store_.get());
  engine_options.publish_events = [this](auto& entries, int64_t first_position) {
    watch_->Publish(entries, first_position);
  };
  engine_options.run_answers = [this](rpc::CallQueue::Task task) { grpc_->Run(std::move(task)); };
  engine_ = std::make_unique<engine::Engine>(std::move(engine_options), store_.get(),
                                             &engine::SystemClock());
  absl::Status status = watch_->Start();
  if (status.ok()) status = engine_->Start();
  if (status.ok()) {
    rpc::GrpcServerOptions grpc_options;
    grpc_options.listen = options_.listen;
    grpc_options.credentials = std::move(credentials);
    grpc_options.reflection_gate = &gate_;
    grpc_ = std::make_unique<rpc::GrpcServer>(std::move(grpc_options));
    RegisterServices();
    if (options_.extra_services) options_.extra_services(grpc_->calls());
    status = grpc_->Start();
  }
  if (status.ok() && !tokens_.HasOperator(absl::Now())) status = MakeOperatorToken();
  if (!status.ok()) Shutdown(absl::ZeroDuration());
  return status;
}

void Server::RegisterServices() {
  const rpc::Backend backend = {
      .submit = [engine = engine_.get()](
                    engine::Submission submission) { engine->Submit(std::move(submission)); },
      .overload = [engine = engine_.get()] { return engine->overload(); },
      .gate = &gate_,
      .catalog = &options_.catalog,
      .watch = watch_.get(),
      .database_id = std::string(store_->database_id())};
  health_ = std::make_unique<rpc::HealthService>(HealthServices());
  health_->Register(grpc_->calls());
  rpc::RegisterAccountService(grpc_->calls(), backend);
  rpc::RegisterAdminService(grpc_->calls(), backend);
  rpc::RegisterEventService(grpc_->calls(), backend);
  rpc::RegisterOrderService(grpc_->calls(), backend);
  rpc::RegisterLicenseService(grpc_->calls(), backend);
  rpc::RegisterAgentService(grpc_->calls(), backend);
  rpc::RegisterPhoneService(grpc_->calls(), backend);
  rpc::RegisterVoiceService(grpc_->calls(), backend);
}

absl::Status Server::MakeOperatorToken() {
  absl::Status status = WriteOperatorToken(options_.data_dir, *engine_);
  if (status.ok()) {
    spdlog::info("a token for the operator is in {}/{}", options_.data_dir, kOperatorTokenFile);
  }
  return status;
}

int64_t Server::LastTurnMicros() const { return engine_->stats().last_turn.micros; }

int Server::port() const { return grpc_->port(); }

std::string Server::address() const {
  return absl::StrCat(options_.listen.substr(0, options_.listen.rfind(':')), ":", port());
}

void Server::Shutdown(absl::Duration grace) {
  // Whoever asks for health learns it first. Then the engine: it answers what it has and refuses
  // what comes, so that callers learn to go elsewhere before their connections are closed.
  if (health_ != nullptr) health_->SayNotServing();
  if (engine_ != nullptr) engine_->Stop();
  // Those who watch are told the last of it, and to resume elsewhere.
  if (watch_ != nullptr) watch_->Close();
  if (grpc_ != nullptr) {
    absl::SleepFor(std::min(grace, kFarewell));
    grpc_->StopServing(grace);
    grpc_->Finish();
  }
  grpc_.reset();
  health_.reset();
  engine_.reset();
  watch_.reset();
  store_.reset();
}

storage::Store& Server::store() { return *store_; }
engine::WatchHub& Server::watch() { return *watch_; }

}  // namespace usher
