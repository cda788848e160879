// The catalog as a configuration file has it: an array of tables [[catalog]], which takes the place
// of the seed catalog as a whole. Any thread.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "entitlement/catalog.h"
#include "toml++/toml.h"

namespace usher {

// Errors are "LINE: what is wrong".
absl::StatusOr<entitlement::Catalog> ReadCatalog(const toml::array& tables);

// What must hold between the products: ids once, add-ons of a package that is there and of its
// edition. The error names the product.
absl::Status CheckCatalog(const entitlement::Catalog& catalog);

// As [[catalog]] tables.
std::string CatalogText(const entitlement::Catalog& catalog);

}  // namespace usher
