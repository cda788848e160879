#include "tools/bench/scale/fill.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "engine/batch.h"
#include "engine/clock.h"
#include "engine/integrity_check.h"
#include "entitlement/catalog.h"
#include "entitlement/execute.h"
#include "entitlement/policy.h"
#include "rpc/event_to_proto.h"
#include "storage/sqlite/sqlite_store.h"
#include "tools/bench/interruption.h"

namespace usher::bench {
namespace {

using entitlement::Command;
using entitlement::CommandPayload;

constexpr char kActor[] = "usher-bench-scale";
constexpr int kOrderMonths = 12;
constexpr int64_t kOrderUnitsMax = 10'000;
// Licenses of the trial, and of one package.
constexpr int64_t kTrialLicenses = 3;
constexpr int64_t kPackageLicenses = 3;
// Nobody's lease runs out while something is measured.
constexpr absl::Duration kTtl = absl::Hours(1);
constexpr int kCommandsPerCommit = 1000;

// Measured; the last one is what commits and measurements add, in the log and in new rows.
constexpr int64_t kBytesPerLicense = 60;
constexpr int64_t kBytesPerAgent = 1100;
constexpr int64_t kBytesPerApplication = 2000;
constexpr int64_t kBytesBeside = int64_t{500} * 1024 * 1024;

// Carries commands out and commits them.
class Filler {
 public:
  explicit Filler(storage::Store* store) : store_(store) {}

  absl::Status MakeAccount(int64_t first_application) {
    account_ = std::make_unique<entitlement::Account>();
    application_.reset();
    return Do(
        {}, entitlement::CreateAccount{.id = entitlement::AccountId(AccountIdOf(first_application)),
                                       .display_name = "Contact centre",
                                       .zone_name = "UTC"});
  }

  // With its licenses and agents. In the account that was made last.
  absl::Status MakeApplication(const Shape& shape, int64_t application) {
    application_ = std::make_unique<entitlement::Application>();
    entitlement::Target target{
        .account = entitlement::AccountId(AccountIdOf(application)),
        .application = entitlement::ApplicationId(ApplicationIdOf(application))};
    absl::Status status =
        Do({.account = target.account, .application = {}},
           entitlement::CreateApplication{.id = target.application, .display_name = "Team"});
    if (status.ok()) status = Buy(target, shape.licenses_per_application);
    for (int64_t agent = 0; agent < shape.agents_per_application && status.ok(); ++agent) {
      status = LogIn(target, agent);
      if (status.ok() && application >= shape.applications) status = LogOut(target);
    }
    return status.ok() ? Commit() : status;
  }

 private:
  absl::Status Buy(const entitlement::Target& target, int64_t licenses) {
    entitlement::CreateOrder order{.items = {{.product = "standard-agent-package", .quantity = 1}},
                                   .months = kOrderMonths};
    int64_t left = licenses - kTrialLicenses - kPackageLicenses;
    while (true) {
      if (absl::Status status = Do(target, order); !status.ok()) return status;
      if (left <= 0) return absl::OkStatus();
      order.items = {{.product = "standard-agent", .quantity = std::min(left, kOrderUnitsMax)}};
      left -= kOrderUnitsMax;
    }
  }

  absl::Status LogIn(const entitlement::Target& target, int64_t agent) {
    return Do(target, entitlement::StartSession{.email = entitlement::Email(EmailOf(agent)),
                                                .channel = entitlement::Channel::kWeb,
                                                .client_id = entitlement::ClientId(
                                                    ClientIdOf(0, static_cast<uint64_t>(agent))),
                                                .edition = std::nullopt,
                                                .ttl = kTtl});
  }

  // The session that was started last.
  absl::Status LogOut(const entitlement::Target& target) {
    return Do(target, entitlement::EndSession{
                          .id = application_->last_session_id, .note = {}, .forced = false});
  }

  absl::Status Do(const entitlement::Target& target, CommandPayload payload) {
    now_ = std::max(now_, engine::SystemClock().Now());
    entitlement::Context context;
    context.now = now_;
    context.lease_now = engine::SystemClock().LeaseNow();
    context.actor = kActor;
    context.policy = &policy_;
    context.catalog = &catalog_;
    entitlement::MutableUnits units{
        .directory = &directory_, .account = account_.get(), .application = application_.get()};
    std::vector<entitlement::Change> due;
    CatchUp(units, context, due);
    batch_.AddDue(std::move(due), account_.get(), now_);
    entitlement::Outcome outcome =
        Execute(units, Command{.target = target, .payload = std::move(payload)}, context);
    if (outcome.refused()) {
      return absl::InternalError(
          absl::StrCat("a command of the filling was refused: number ",
                       std::get<entitlement::Refusal>(outcome.result).index(),
                       " of the reasons in entitlement/refusal.h"));
    }
    batch_.Add(std::move(outcome.changes), account_.get(), kActor, "", now_);
    return ++commands_ < kCommandsPerCommit ? absl::OkStatus() : Commit();
  }

  absl::Status Commit() {
    if (application_ != nullptr && application_->no) {
      batch_.marks().push_back({.account = account_->no,
                                .application = application_->no,
                                .next_due = NextStoredDue(*application_, policy_),
                                .has_leases = application_->has_leases()});
      batch_.usages().push_back({application_->no, application_->usage});
    }
    batch_.marks().push_back({.account = account_->no,
                              .application = {},
                              .next_due = NextStoredDue(*account_),
                              .has_leases = account_->has_leases()});
    absl::Status status = store_->Commit(batch_.ToCommit());
    batch_.Clear();
    commands_ = 0;
    return status;
  }

  storage::Store* const store_;
  const entitlement::Policy policy_;
  const entitlement::Catalog catalog_ = entitlement::Catalog::Default();
  const engine::JournalEncoder encode_journal_ = rpc::EventEncoder();
  engine::Batch batch_{&encode_journal_};
  int commands_ = 0;
  absl::Time now_ = absl::InfinitePast();
  entitlement::Directory directory_;
  std::unique_ptr<entitlement::Account> account_;
  std::unique_ptr<entitlement::Application> application_;
};

}  // namespace

int64_t BytesOf(const Shape& shape) {
  const int64_t applications = shape.applications + shape.asleep;
  return shape.licenses() * kBytesPerLicense +
         applications * (shape.agents_per_application * kBytesPerAgent + kBytesPerApplication) +
         kBytesBeside;
}

absl::Status Fill(const Shape& shape, const std::string& data_dir,
                  const std::function<void(int64_t done)>& on_progress) {
  auto store = storage::SqliteStore::Open({.data_dir = data_dir});
  if (!store.ok()) return store.status();
  Filler filler(store->get());
  for (int64_t i = 0; i < shape.applications + shape.asleep; ++i) {
    absl::Status status = i % kApplicationsPerAccount == 0 ? filler.MakeAccount(i)  //
                                                           : absl::OkStatus();
    if (status.ok()) status = filler.MakeApplication(shape, i);
    if (!status.ok()) return status;
    if (Interrupted()) return absl::CancelledError("interrupted");
    on_progress(i + 1);
  }
  return absl::OkStatus();
}

absl::Status Verify(const std::string& data_dir) {
  auto store = storage::SqliteStore::Open({.data_dir = data_dir});
  if (!store.ok()) return store.status();
  const auto report = engine::CheckIntegrity(**store, engine::SystemClock(), entitlement::Policy(),
                                             [] { return !Interrupted(); });
  if (!report.ok()) return report.status();
  if (report->problems.empty()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("what is stored breaks the rules: ", absl::StrJoin(report->problems, "; ")));
}

}  // namespace usher::bench
