#include "tools/bench/entitlements_workload.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace usher::bench {
namespace {

namespace api = ::usher::v1;
using api::AccountService;

class EntitlementsOperation final
    : public UnaryOperation<api::GetEntitlementsRequest, api::GetEntitlementsResponse> {
 public:
  EntitlementsOperation(AccountService::Stub* stub, const Site* site) : stub_(stub), site_(site) {}

 protected:
  bool Prepare(api::GetEntitlementsRequest& request) override {
    if (request.application().empty()) request.set_application(site_->application());
    return true;
  }

  Reader Send(grpc::ClientContext* context, const api::GetEntitlementsRequest& request,
              grpc::CompletionQueue* queue) override {
    context->AddMetadata("authorization", site_->authorization());
    return stub_->PrepareAsyncGetEntitlements(context, request, queue);
  }

  absl::Status Check(const api::GetEntitlementsResponse& response) override {
    // All licenses are of one pool.
    if (response.pools_size() == 1 && response.pools(0).total() == site_->licenses() &&
        response.pools(0).in_use() == static_cast<int>(site_->agents())) {
      return absl::OkStatus();
    }
    return absl::InternalError(
        absl::StrCat("of ", site_->licenses(), " licenses ", site_->agents(),
                     " are in use, but the answer is: ", response.ShortDebugString()));
  }

 private:
  AccountService::Stub* const stub_;
  const Site* const site_;
};

}  // namespace

EntitlementsWorkload::EntitlementsWorkload(const Connections* connections, const Site* site)
    : stubs_(connections->Stubs<AccountService>()), site_(site) {}

std::vector<std::unique_ptr<Operation>> EntitlementsWorkload::MakeOperations(int in_flight) {
  std::vector<std::unique_ptr<Operation>> operations;
  for (size_t i = 0; i < static_cast<size_t>(in_flight); ++i) {
    operations.push_back(
        std::make_unique<EntitlementsOperation>(stubs_[i % stubs_.size()].get(), site_));
  }
  return operations;
}

}  // namespace usher::bench
