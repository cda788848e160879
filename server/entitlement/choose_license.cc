#include "entitlement/choose_license.h"

#include <iterator>

namespace usher::entitlement {

std::span<const Edition> EditionsFor(std::optional<Edition> requested) {
  static_assert(std::size(kEditions) == kEditionCount);
  static_assert(kEditions[0] == Edition::kStandard && kEditions[1] == Edition::kPremium);
  if (!requested.has_value()) return kEditions;
  return std::span<const Edition>(&kEditions[IndexOf(*requested)], 1);
}

const License* ChooseIdle(const Application& application, LicenseKind kind,
                          std::optional<Edition> requested) {
  for (const Edition edition : EditionsFor(requested)) {
    const auto& idle = application.idle[IndexOf(kind)][IndexOf(edition)];
    if (!idle.empty()) return application.Find(idle.begin()->id);
  }
  return nullptr;
}

Choice ChooseFor(const Application& application, const SharedName<Email>& email,
                 std::optional<Edition> requested) {
  Choice choice;
  choice.agent = application.Find(email);
  if (choice.agent != nullptr) {
    const License* recorded = application.Find(choice.agent->license);
    if (!recorded->expired) {
      choice.license = recorded;
      return choice;
    }
    choice.expired = recorded;
  }
  choice.license = ChooseIdle(application, LicenseKind::kAgent, requested);
  return choice;
}

}  // namespace usher::entitlement
