#include "entitlement/catalog.h"

#include <algorithm>

#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

constexpr char kStandardPackage[] = "standard-agent-package";
constexpr char kPremiumPackage[] = "premium-agent-package";
constexpr char kVoicePackage[] = "voice-agent-package";
constexpr int64_t kVoiceMinutesMin = 5'000;

// Standard before premium before voice, as the price list has them.
std::vector<Product> AgentProducts() {
  return {
      Product{.product_id = kStandardPackage,
              .display_name = "Standard agent package",
              .role = ProductRole::kPackage,
              .edition = Edition::kStandard,
              .unit_price_cents = 12'000,
              .maximum_quantity = kOrderUnitsMax,
              .agent_licenses = 3},
      Product{.product_id = "standard-agent",
              .display_name = "Additional standard agent license",
              .role = ProductRole::kAddOn,
              .edition = Edition::kStandard,
              .unit_price_cents = 4'000,
              .maximum_quantity = kOrderUnitsMax,
              .required_product = kStandardPackage,
              .agent_licenses = 1},
      Product{.product_id = "standard-sip",
              .display_name = "Additional standard SIP license",
              .role = ProductRole::kAddOn,
              .edition = Edition::kStandard,
              .unit_price_cents = 1'500,
              .maximum_quantity = kOrderUnitsMax,
              .required_product = kStandardPackage,
              .sip_licenses = 1},
      Product{.product_id = kPremiumPackage,
              .display_name = "Premium agent package",
              .role = ProductRole::kPackage,
              .edition = Edition::kPremium,
              .unit_price_cents = 21'000,
              .maximum_quantity = kOrderUnitsMax,
              .agent_licenses = 3,
              .sip_licenses = 3},
      Product{.product_id = "premium-agent",
              .display_name = "Additional premium agent license",
              .role = ProductRole::kAddOn,
              .edition = Edition::kPremium,
              .unit_price_cents = 7'000,
              .maximum_quantity = kOrderUnitsMax,
              .required_product = kPremiumPackage,
              .agent_licenses = 1},
      Product{.product_id = "premium-sip",
              .display_name = "Additional premium SIP license",
              .role = ProductRole::kAddOn,
              .edition = Edition::kPremium,
              .unit_price_cents = 2'100,
              .maximum_quantity = kOrderUnitsMax,
              .required_product = kPremiumPackage,
              .sip_licenses = 1},
  };
}

std::vector<Product> VoiceProducts() {
  return {
      Product{.product_id = kVoicePackage,
              .display_name = "Voice AI agent package",
              .role = ProductRole::kVoicePackage,
              .unit_price_cents = 79'900,
              .maximum_quantity = kOrderUnitsMax,
              .concurrency = 3,
              .minutes = 8'000},
      Product{.product_id = "voice-concurrency",
              .display_name = "Additional Voice AI concurrent call",
              .role = ProductRole::kVoiceAddOn,
              .unit_price_cents = 2'900,
              .maximum_quantity = kOrderUnitsMax,
              .required_product = kVoicePackage,
              .concurrency = 1},
      Product{.product_id = "voice-minutes",
              .display_name = "Additional Voice AI minutes",
              .role = ProductRole::kVoiceMinutes,
              .unit_price_cents = 8,
              .monthly = false,
              .minimum_quantity = kVoiceMinutesMin,
              .maximum_quantity = kOrderMinutesMax,
              .required_product = kVoicePackage,
              .minutes = 1},
  };
}

}  // namespace

bool Product::is_voice() const {
  return role == ProductRole::kVoicePackage || role == ProductRole::kVoiceAddOn ||
         role == ProductRole::kVoiceMinutes;
}

int32_t Product::LicensesOf(LicenseKind kind) const {
  return kind == LicenseKind::kAgent ? agent_licenses : sip_licenses;
}

Catalog Catalog::Default() {
  std::vector<Product> products = AgentProducts();
  const std::vector<Product> voice = VoiceProducts();
  products.insert(products.end(), voice.begin(), voice.end());
  return Catalog(std::move(products));
}

const Product* Catalog::Find(std::string_view product_id) const {
  const auto found = std::find_if(products_.begin(), products_.end(), [&](const Product& product) {
    return product.product_id == product_id;
  });
  return found != products_.end() ? &*found : nullptr;
}

}  // namespace usher::entitlement
