#include "entitlement/apply.h"

#include <algorithm>
#include <variant>

#include "entitlement/apply_parts.h"
#include "entitlement/check.h"

namespace usher::entitlement {
namespace {

void ApplyToServer(Directory* directory, const Change& change) {
  Require(directory != nullptr && !change.account, "a change of the server without the server");
  std::visit(
      [directory, &change](const auto& payload) {
        if constexpr (requires { Move(*directory, change, payload); }) {
          Move(*directory, change, payload);
        }
      },
      change.payload);
  directory->last_revision = std::max(directory->last_revision, change.revision);
}

}  // namespace

void Apply(const MutableUnits& units, const Change& change) {
  if (AltersServer(change.payload)) {
    ApplyToServer(units.directory, change);
    return;
  }
  Require(units.account != nullptr, "a change without its account");
  std::visit(
      [&units, &change](const auto& payload) {
        if constexpr (requires { Move(*units.application, change, payload); }) {
          Require(units.application != nullptr && units.application->no == change.application,
                  "a change of another application");
          Move(*units.application, change, payload);
        } else if constexpr (requires { Move(*units.account, change, payload); }) {
          Move(*units.account, change, payload);
        } else if constexpr (requires { Move(units, change, payload); }) {
          Move(units, change, payload);
        }
      },
      change.payload);
  Require(units.account->no == change.account, "a change of another account");
  Revision& last = units.account->last_revision;
  last = std::max(last, change.revision);
}

License& LicenseAt(Application& application, LicenseId id) {
  Require(application.Find(id) != nullptr, "a change names a license that there is not");
  return application.licenses[static_cast<size_t>(id.value() - 1)];
}

}  // namespace usher::entitlement
