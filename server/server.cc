#include "server/server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "rpc/event_to_proto.h"
#include "rpc/grpc_server.h"
#include "rpc/services.h"
#include "spdlog/spdlog.h"
#include "storage/sqlite/sqlite_store.h"

namespace usher {
namespace {

// How long callers are told that the server stops before their connections are closed.
constexpr absl::Duration kFarewell = absl::Milliseconds(100);

// The engine aborts the process behind this: a restart reads the truth from the store.
void SayWhyTheProcessEnds(const absl::Status& status) {
  spdlog::critical("usherd ends, since it can't tell what is stored: {}", status.ToString());
  spdlog::default_logger()->flush();
}

}  // namespace

Server::Server(ServerOptions options)
    : options_(std::move(options)), catalog_(entitlement::Catalog::Default()) {}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

absl::Status Server::Start() {
  if (absl::Status status = CheckListen(options_); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<storage::SqliteStore>> store =
      storage::SqliteStore::Open({.data_dir = options_.data_dir});
  if (!store.ok()) return store.status();
  store_ = *std::move(store);

  engine::EngineOptions engine_options;
  engine_options.policy = options_.policy;
  engine_options.catalog = catalog_;
  engine_options.encode_journal = rpc::EncodeEvents;
  engine_options.on_fatal = SayWhyTheProcessEnds;
  engine_options.run_answers = [this](rpc::CallQueue::Task task) { grpc_->Run(std::move(task)); };
  engine_ = std::make_unique<engine::Engine>(std::move(engine_options), store_.get(),
                                             &engine::SystemClock());
  absl::Status status = engine_->Start();
  if (status.ok()) {
    rpc::GrpcServerOptions grpc_options;
    grpc_options.listen = options_.listen;
    grpc_options.completion_queues = options_.completion_queues;
    grpc_options.threads_per_queue = options_.threads_per_queue;
    grpc_ = std::make_unique<rpc::GrpcServer>(std::move(grpc_options));
    const rpc::Submitter submit = [engine = engine_.get()](engine::Submission submission) {
      engine->Submit(std::move(submission));
    };
    rpc::RegisterAccountService(grpc_->calls(), submit);
    rpc::RegisterOrderService(grpc_->calls(), submit, &catalog_);
    rpc::RegisterLicenseService(grpc_->calls(), submit);
    rpc::RegisterAgentService(grpc_->calls(), submit);
    rpc::RegisterPhoneService(grpc_->calls(), submit);
    rpc::RegisterVoiceService(grpc_->calls(), submit);
    if (options_.extra_services) options_.extra_services(grpc_->calls());
    status = grpc_->Start();
  }
  if (!status.ok()) Shutdown(absl::ZeroDuration());
  return status;
}

int Server::port() const { return grpc_->port(); }

std::string Server::address() const {
  return absl::StrCat(options_.listen.substr(0, options_.listen.rfind(':')), ":", port());
}

void Server::Shutdown(absl::Duration grace) {
  // The engine goes first: it answers what it has and refuses what comes, so that callers learn to
  // go elsewhere before their connections are closed.
  if (engine_ != nullptr) engine_->Stop();
  if (grpc_ != nullptr) {
    absl::SleepFor(std::min(grace, kFarewell));
    grpc_->StopServing(grace);
    grpc_->Finish();
  }
  grpc_.reset();
  engine_.reset();
  store_.reset();
}

storage::Store& Server::store() { return *store_; }

}  // namespace usher
