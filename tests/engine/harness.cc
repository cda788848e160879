#include "tests/engine/harness.h"

#include <thread>

#include "entitlement/context.h"

namespace usher::engine::testing {

using entitlement::Target;

std::string EncodeForTest(const CommandEvents& events) {
  std::string text;
  for (const entitlement::Change& change : events.changes) {
    if (!change.revision) continue;
    text += std::string(events.actor) + " " + std::string(events.request_id) + " " +
            absl::FormatTime(change.event_time, absl::UTCTimeZone()) + " " +
            std::to_string(change.payload.index()) + ";";
  }
  return text;
}

bool WaitFor(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

absl::Status DiskFull() { return absl::UnavailableError("the disk is full"); }

std::string Describe(const Result& result) {
  const auto* reply = std::get_if<entitlement::Reply>(&result);
  if (reply != nullptr) return "reply " + std::to_string(reply->index());
  return "refusal " + std::to_string(std::get<entitlement::Refusal>(result).index());
}

Harness::Harness(EngineOptions options) : Harness(nullptr, std::move(options)) {}

Harness::Harness(OpenStore open, EngineOptions options)
    : start_(absl::FromUnixSeconds(1793610000)),
      options_(std::move(options)),
      open_(std::move(open)),
      clock_(start_) {
  options_.encode_journal = EncodeForTest;
  StartEngine();
  if (opened_ != nullptr && !opened_->LoadDirectory()->accounts.empty()) return;
  Ask<entitlement::AccountReply>(
      entitlement::CreateAccount{entitlement::AccountId("acme"), "Acme", "UTC"}, {});
  Ask<entitlement::ApplicationReply>(
      entitlement::CreateApplication{entitlement::ApplicationId("support"), "Support"},
      {entitlement::AccountId("acme"), {}});
}

Harness::~Harness() {
  memory_.UnblockCommits();
  engine_->Stop();
}

void Harness::StartEngine() {
  if (open_) {
    engine_.reset();
    opened_.reset();
    opened_ = open_();
  }
  storage::Store* store = open_ ? opened_.get() : &memory_;
  engine_ = std::make_unique<Engine>(options_, store, &clock_);
  ASSERT_TRUE(engine_->Start().ok());
}

void Harness::Restart() {
  engine_->Stop();
  StartEngine();
}

Target Harness::Support() {
  return {entitlement::AccountId("acme"), entitlement::ApplicationId("support")};
}

std::future<Result> Harness::Submit(entitlement::CommandPayload payload, Target target,
                                    std::optional<RequestIdentity> identity) {
  std::promise<Result> promise;
  std::future<Result> future = promise.get_future();
  Submission submission;
  submission.command = {std::move(target), std::move(payload)};
  submission.actor = "operator";
  submission.identity = std::move(identity);
  submission.done = [promise = std::move(promise)](Result result) mutable {
    promise.set_value(std::move(result));
  };
  engine_->Submit(std::move(submission));
  return future;
}

Result Harness::Run(entitlement::CommandPayload payload, Target target,
                    std::optional<RequestIdentity> identity) {
  return Submit(std::move(payload), std::move(target), std::move(identity)).get();
}

entitlement::StartSession Harness::LoginOf(const std::string& email, const std::string& client_id) {
  entitlement::StartSession login;
  login.email = entitlement::Email(email);
  login.client_id = entitlement::ClientId(client_id);
  return login;
}

entitlement::StartSessionReply Harness::Login(const std::string& email,
                                              const std::string& client_id) {
  return Ask<entitlement::StartSessionReply>(LoginOf(email, client_id));
}

std::vector<storage::JournalRow> Harness::Journal() const {
  if (opened_ == nullptr) return memory_.Journal();
  constexpr int kRowsMax = 1'000'000;
  return opened_->ReadJournal({.account = entitlement::AccountNo(1), .limit = kRowsMax})->rows;
}

std::vector<std::string> Harness::SystemEntries() const {
  std::vector<std::string> entries;
  for (const storage::JournalRow& row : Journal()) {
    if (row.entry.payload.starts_with(entitlement::kSystemActor)) {
      entries.push_back(row.entry.payload);
    }
  }
  return entries;
}

bool Harness::WaitForSystemEntries(size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (SystemEntries().size() < count) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace usher::engine::testing
