#include "tools/bench/watched_workload.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "grpcpp/grpcpp.h"
#include "tools/bench/plan.h"
#include "usher/v1/event_service.grpc.pb.h"

namespace usher::bench {
namespace {

using ::usher::v1::EventService;
using ::usher::v1::WatchEventsRequest;
using ::usher::v1::WatchEventsResponse;

// What the consoles wait for.
constexpr char kType[] = "licenses_reset";

// Open streams; closes them and waits for their end when it goes.
class Watchers {
 public:
  Watchers(const Connections& connections, const Site& site)
      : stubs_(connections.Stubs<EventService>()) {
    const std::string& application = site.application();
    request_.set_parent(application.substr(0, application.find("/applications/")));
    request_.add_types(kType);
    for (int i = 0; i < kWatchers; ++i) {
      streams_.push_back(std::make_unique<Stream>(this, site.authorization()));
      streams_.back()->Open(stubs_[static_cast<size_t>(i) % stubs_.size()].get(), request_);
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begun_ + failed_ == kWatchers; });
  }
  ~Watchers() {
    for (const auto& stream : streams_) stream->Cancel();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ == kWatchers; });
  }
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  // An error where a stream was refused or has ended.
  absl::Status status() {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  class Stream final : public grpc::ClientReadReactor<WatchEventsResponse> {
   public:
    Stream(Watchers* watchers, const std::string& authorization) : watchers_(watchers) {
      context_.AddMetadata("authorization", authorization);
    }
    void Open(EventService::Stub* stub, const WatchEventsRequest& request) {
      stub->async()->WatchEvents(&context_, &request, this);
      StartRead(&message_);
      StartCall();
    }
    void Cancel() { context_.TryCancel(); }

    void OnReadDone(bool ok) override {
      if (!ok) return;
      if (!std::exchange(begun_, true)) watchers_->NoteBegun();
      StartRead(&message_);
    }
    void OnDone(const grpc::Status& status) override { watchers_->NoteEnd(status, begun_); }

   private:
    Watchers* const watchers_;
    grpc::ClientContext context_;
    WatchEventsResponse message_;
    bool begun_ = false;
  };

  void NoteBegun() {
    const std::lock_guard lock(mutex_);
    ++begun_;
    changed_.notify_all();
  }
  void NoteEnd(const grpc::Status& status, bool had_begun) {
    const std::lock_guard lock(mutex_);
    ++ended_;
    if (!had_begun) ++failed_;
    if (status.error_code() != grpc::StatusCode::CANCELLED) {
      status_ = absl::InternalError("a watcher was cut off: " + status.error_message());
    }
    changed_.notify_all();
  }

  const std::vector<std::unique_ptr<EventService::Stub>> stubs_;
  WatchEventsRequest request_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  int failed_ = 0;
  int ended_ = 0;
  absl::Status status_;
};

// A login while the watchers are there.
class WatchedOperation final : public Operation {
 public:
  WatchedOperation(std::unique_ptr<Operation> login, std::shared_ptr<Watchers> watchers)
      : login_(std::move(login)), watchers_(std::move(watchers)) {}

  bool Start(grpc::CompletionQueue* queue, void* tag) override { return login_->Start(queue, tag); }
  absl::Status Finish() override {
    absl::Status status = watchers_->status();
    return status.ok() ? login_->Finish() : status;
  }
  void Cancel() override { login_->Cancel(); }

 private:
  const std::unique_ptr<Operation> login_;
  const std::shared_ptr<Watchers> watchers_;
};

}  // namespace

std::string_view WatchedWorkload::name() const { return kLoginWatched; }

std::vector<std::unique_ptr<Operation>> WatchedWorkload::MakeOperations(int in_flight) {
  const auto watchers = std::make_shared<Watchers>(*connections_, *site_);
  std::vector<std::unique_ptr<Operation>> operations = logins_->MakeOperations(in_flight);
  for (auto& operation : operations) {
    operation = std::make_unique<WatchedOperation>(std::move(operation), watchers);
  }
  return operations;
}

}  // namespace usher::bench
