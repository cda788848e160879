// What is for sale (R5): products, their prices and what one unit brings. A value object, built
// once at start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "entitlement/types.h"

namespace usher::entitlement {

enum class ProductRole : int8_t {
  kPackage,  // starts a subscription (R6)
  kAddOn,    // joins one of its own edition (R7)
  kVoicePackage,
  kVoiceAddOn,
  kVoiceMinutes,
};

struct Product {
  std::string product_id;
  std::string display_name;
  ProductRole role = ProductRole::kPackage;
  // Unset for voice products.
  std::optional<Edition> edition;
  // US cents for one unit; each month where `monthly`, once otherwise.
  int64_t unit_price_cents = 0;
  bool monthly = true;
  int64_t minimum_quantity = 1;
  int64_t maximum_quantity = 0;
  // Empty for packages.
  std::string required_product;
  // What one unit brings.
  int32_t agent_licenses = 0;
  int32_t sip_licenses = 0;
  int32_t concurrency = 0;
  int64_t minutes = 0;

  bool is_voice() const;
  // Whether it joins a subscription.
  bool is_add_on() const { return role == ProductRole::kAddOn || role == ProductRole::kVoiceAddOn; }
  // Licenses of a kind that one unit brings.
  int32_t LicensesOf(LicenseKind kind) const;
};

class Catalog {
 public:
  // The seed catalog of R5.
  static Catalog Default();

  explicit Catalog(std::vector<Product> products) : products_(std::move(products)) {}

  const std::vector<Product>& products() const { return products_; }
  // Null where there is no such product.
  const Product* Find(std::string_view product_id) const;

 private:
  std::vector<Product> products_;
};

}  // namespace usher::entitlement
