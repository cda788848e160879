#include "server/server.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "auth/certificate_watch.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/upkeep_runner.h"
#include "engine/watch_hub.h"
#include "observe/exposition.h"
#include "observe/http_server.h"
#include "observe/log.h"
#include "rpc/event_to_proto.h"
#include "rpc/grpc_server.h"
#include "rpc/health_service.h"
#include "rpc/listener_watch.h"
#include "rpc/refuse_call.h"
#include "rpc/services.h"
#include "server/host_port.h"
#include "server/operator_token.h"
#include "storage/sqlite/sqlite_store.h"

namespace usher {

using observe::LogLevel;

namespace {

// How long callers are told that the server stops before their connections are closed.
constexpr absl::Duration kFarewell = absl::Milliseconds(100);

// The engine begins a turn every second at least. One that takes this long, as a disk that hangs
// makes it, does not come back by itself.
constexpr absl::Duration kEngineStuckAfter = absl::Seconds(30);

// What the health service knows; the empty name is the server as a whole.
std::vector<std::string> HealthServices() {
  std::vector<std::string> names = {""};
  for (const char* service : {"AccountService", "AdminService", "AgentService", "EventService",
                              "LicenseService", "OrderService", "PhoneService", "VoiceService"}) {
    names.push_back(absl::StrCat("usher.v1.", service));
  }
  return names;
}

observe::HttpAnswer LivePage(absl::Duration since_turn) {
  if (rpc::ListenerIsLost()) {
    return {.status = 503, .body = "stuck: no new connection is accepted any more\n"};
  }
  if (since_turn < kEngineStuckAfter) return {.body = "ok\n"};
  return {.status = 503,
          .body = absl::StrCat("stuck: the engine has not begun a turn for ",
                               absl::ToInt64Seconds(since_turn), " s\n")};
}

observe::HttpAnswer ReadyPage(rpc::ServingState state) {
  switch (state) {
    case rpc::ServingState::kServing:
      return {.body = "ok\n"};
    case rpc::ServingState::kStarting:
      return {.status = 503, .body = "not serving: it starts\n"};
    case rpc::ServingState::kStoreRefuses:
      return {.status = 503, .body = "not serving: the store refuses writes\n"};
    case rpc::ServingState::kDraining:
      return {.status = 503, .body = "not serving: it stops\n"};
  }
  return {.status = 503};
}

void SayHowTlsFilesAre(const absl::Status& status) {
  if (status.ok()) {
    observe::Log(LogLevel::kInfo, "the TLS files are good: new connections get what they hold");
  } else {
    observe::Log(LogLevel::kError,
                 absl::StrCat(status.message(), ": TLS goes on with what was good before"));
  }
}

// The engine aborts the process behind this: a restart reads the truth from the store. Not so where
// what is stored is damaged, which is no defect of the process.
void SayWhyTheProcessEnds(const absl::Status& status) {
  if (storage::IsDamage(status)) {
    observe::LogFatal(
        absl::StrCat("usherd ends, since what is stored can't be read: ", status.message()));
    std::_Exit(kExitFailure);
  }
  observe::LogFatal(
      absl::StrCat("usherd ends, since it can't tell what is stored: ", status.ToString()));
}

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

absl::Status Server::Start() {
  if (absl::Status status = CheckListen(options_); !status.ok()) return status;
  if (absl::Status status = CheckHttpListen(options_); !status.ok()) return status;
  if (options_.tls.enabled()) {
    auto started =
        auth::CertificateWatch::Start(options_.tls, SayHowTlsFilesAre, options_.tls_refresh);
    if (!started.ok()) return started.status();
    certificates_ = *std::move(started);
  }
  absl::StatusOr<std::unique_ptr<storage::SqliteStore>> store = storage::SqliteStore::Open(
      {.data_dir = options_.data_dir,
       // A token for a database that is not there is a directory misspelt.
       .create = !options_.new_operator_token,
       .vfs = options_.store_vfs,
       .on_log_sync = [this](absl::Duration time) { metrics_.NoteLogSync(time); },
       .on_checkpoint = [this](absl::Duration time) { metrics_.NoteCheckpoint(time); }});
  if (!store.ok()) return store.status();
  store_ = *std::move(store);

  health_ = std::make_unique<rpc::HealthService>(HealthServices());
  watch_ = std::make_unique<engine::WatchHub>(options_.watch, store_.get());
  engine_ =
      std::make_unique<engine::Engine>(MakeEngineOptions(), store_.get(), &engine::SystemClock());
  upkeep_ = std::make_unique<engine::UpkeepRunner>(store_.get(), &engine::SystemClock(),
                                                   &options_.policy);
  absl::Status status = watch_->Start();
  if (status.ok()) status = engine_->Prepare();
  if (status.ok()) {
    rpc::GrpcServerOptions grpc_options;
    grpc_options.listen = options_.listen;
    if (certificates_ != nullptr) grpc_options.credentials = certificates_->credentials();
    grpc_options.reflection_gate = &gate_;
    grpc_ = std::make_unique<rpc::GrpcServer>(std::move(grpc_options));
    RegisterServices();
    if (options_.extra_services) options_.extra_services(grpc_->calls());
    status = StartHttp();
  }
  if (status.ok()) status = grpc_->Start();
  if (status.ok()) status = engine_->Start(grpc_->host());
  if (status.ok() && (options_.new_operator_token || !tokens_.HasOperator(absl::Now()))) {
    status = MakeOperatorToken();
  }
  if (status.ok()) health_->Set(rpc::ServingState::kServing);
  if (!status.ok()) Shutdown(absl::ZeroDuration());
  return status;
}

engine::EngineOptions Server::MakeEngineOptions() {
  engine::EngineOptions options;
  options.policy = options_.policy;
  options.catalog = options_.catalog;
  options.in_flight_max = options_.in_flight_max;
  options.encode_journal = rpc::EventEncoder();
  options.on_fatal = SayWhyTheProcessEnds;
  options.on_commit = [this](const engine::CommitReport& report) { metrics_.NoteCommit(report); };
  options.on_store_refuses = [this](bool refuses) {
    if (refuses) {
      observe::Log(LogLevel::kError, absl::StrCat("the store has refused every write for ",
                                                  absl::FormatDuration(engine::kStoreRefusesAfter),
                                                  ": health is NOT_SERVING until it takes one"));
    } else {
      observe::Log(LogLevel::kInfo, "the store takes writes again: health is SERVING");
    }
    health_->Set(refuses ? rpc::ServingState::kStoreRefuses : rpc::ServingState::kServing);
  };
  options.on_damaged_unit = [](const absl::Status& status) {
    observe::Log(
        LogLevel::kError,
        absl::StrCat(status.message(), ": its commands are refused, all others are served"));
  };
  options.on_damaged_history = [](const absl::Status& status) {
    observe::Log(LogLevel::kError,
                 absl::StrCat("history can't be read; all else is served: ", status.message()));
  };
  options.publish_tokens = [this](const auto& tokens) { tokens_.Replace(tokens); };
  options.publish_events = [this](auto& entries, int64_t first_position) {
    watch_->Publish(entries, first_position);
  };
  return options;
}

absl::Status Server::StartHttp() {
  if (options_.http_listen == kHttpOff) return absl::OkStatus();
  const std::optional<HostPort> address = ParseHostPort(options_.http_listen);
  http_ = std::make_unique<observe::HttpServer>();
  http_->Add("/livez", [this] { return LivePage(engine_->stats().since_turn); });
  http_->Add("/readyz", [this] { return ReadyPage(health_->state()); });
  http_->Add("/metrics", [this] {
    return observe::HttpAnswer{
        .body =
            metrics_.Page({.engine = engine_->stats(),
                           .in_flight_max = options_.in_flight_max,
                           .log_bytes = store_->log_bytes(),
                           .watchers = watch_->watchers(),
                           .serving = health_->state() == rpc::ServingState::kServing,
                           .tls_files_bad = certificates_ != nullptr && certificates_->refuses(),
                           .rpc = &grpc_->metrics()}),
        .content_type = observe::Exposition::kContentType};
  });
  const absl::Status status = http_->Start(address->host, address->port);
  if (status.ok()) return status;
  return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.http_listen,
                                             " for probes and metrics: ", status.message(),
                                             ". Say --http HOST:PORT, or --http ", kHttpOff));
}

void Server::RegisterServices() {
  const rpc::Backend backend = {
      .submit = [engine = engine_.get()](
                    engine::Submission&& submission) { engine->Submit(std::move(submission)); },
      .overload = [engine = engine_.get()] { return engine->overload(); },
      .gate = &gate_,
      .catalog = &options_.catalog,
      .watch = watch_.get(),
      .upkeep = upkeep_.get(),
      .stats = [engine = engine_.get()] { return engine->stats(); },
      .identity = {.version = std::string(Version()),
                   .store = std::string(store_->kind()),
                   .database_id = std::string(store_->database_id()),
                   .start_time = absl::Now()}};
  health_->Register(grpc_->calls());
  rpc::NameRefusals(grpc_->metrics());
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
    observe::Log(LogLevel::kInfo, absl::StrCat("a token for the operator is in ", options_.data_dir,
                                               "/", kOperatorTokenFile));
  }
  return status;
}

int64_t Server::LastSignOfLifeMicros() const {
  if (rpc::ListenerIsLost()) return 0;
  return engine_->stats().last_turn.micros;
}

int Server::port() const { return grpc_->port(); }

std::string Server::address() const {
  return absl::StrCat(options_.listen.substr(0, options_.listen.rfind(':')), ":", port());
}

int Server::http_port() const { return http_ == nullptr ? 0 : http_->port(); }

std::string Server::http_address() const {
  if (http_ == nullptr) return "";
  return absl::StrCat(options_.http_listen.substr(0, options_.http_listen.rfind(':')), ":",
                      http_port());
}

void Server::Shutdown(absl::Duration grace) {
  // Whoever asks for health learns it first. Then the engine: it answers what it has and refuses
  // what comes, so that callers learn to go elsewhere before their connections are closed.
  if (health_ != nullptr) health_->Set(rpc::ServingState::kDraining);
  if (engine_ != nullptr) engine_->Stop();
  // Its thread has served the calls.
  if (grpc_ != nullptr) grpc_->ServeAlone();
  if (upkeep_ != nullptr) upkeep_->Close();
  // Those who watch are told the last of it, and to resume elsewhere.
  if (watch_ != nullptr) watch_->Close();
  if (grpc_ != nullptr) {
    absl::SleepFor(std::min(grace, kFarewell));
    grpc_->StopServing(grace);
    grpc_->Finish();
  }
  // Until here who probes is told.
  if (http_ != nullptr) http_->Stop(std::min(grace, kFarewell));
  http_.reset();
  grpc_.reset();
  health_.reset();
  upkeep_.reset();
  engine_.reset();
  watch_.reset();
  store_.reset();
  certificates_.reset();
}

storage::Store& Server::store() { return *store_; }
engine::WatchHub& Server::watch() { return *watch_; }

}  // namespace usher
