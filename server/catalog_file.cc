#include "server/catalog_file.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "entitlement/limits.h"

namespace usher {
namespace {

using entitlement::Catalog;
using entitlement::Edition;
using entitlement::Product;
using entitlement::ProductRole;

constexpr size_t kIdLengthMax = 63;
constexpr int64_t kPriceMax = 1'000'000'000;
// Licenses or slots that one unit brings.
constexpr int64_t kUnitsMax = 10'000;

constexpr std::array<std::pair<std::string_view, ProductRole>, 5> kRoles = {{
    {"package", ProductRole::kPackage},
    {"add-on", ProductRole::kAddOn},
    {"voice-package", ProductRole::kVoicePackage},
    {"voice-add-on", ProductRole::kVoiceAddOn},
    {"voice-minutes", ProductRole::kVoiceMinutes},
}};
constexpr std::array<std::pair<std::string_view, Edition>, 2> kEditions = {{
    {"standard", Edition::kStandard},
    {"premium", Edition::kPremium},
}};

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kIdLengthMax &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// Reads one table's values and keeps the first thing that is wrong.
class ProductReader {
 public:
  explicit ProductReader(const toml::table& table) : table_(table) {}

  std::string Text(std::string_view key) {
    const toml::node* node = Take(key);
    if (node == nullptr) return "";
    if (!node->is_string()) Refuse(*node, key, "must be a text");
    return node->value_or(std::string());
  }
  int64_t Integer(std::string_view key, int64_t fallback, int64_t min, int64_t max) {
    const toml::node* node = Take(key);
    if (node == nullptr) return fallback;
    const std::optional<int64_t> value = node->is_integer() ? node->value<int64_t>() : std::nullopt;
    if (!value.has_value() || *value < min || *value > max) {
      Refuse(*node, key, absl::StrCat("must be a whole number from ", min, " to ", max));
      return fallback;
    }
    return *value;
  }
  bool Flag(std::string_view key, bool fallback) {
    const toml::node* node = Take(key);
    if (node == nullptr) return fallback;
    if (!node->is_boolean()) Refuse(*node, key, "must be true or false");
    return node->value_or(fallback);
  }
  template <typename Names>
  auto OneOf(std::string_view key, const Names& names)
      -> std::optional<decltype(names.front().second)> {
    const toml::node* node = Take(key);
    if (node == nullptr) return std::nullopt;
    const std::string text = node->value_or(std::string());
    std::string all;
    for (const auto& [name, value] : names) {
      if (node->is_string() && text == name) return value;
      absl::StrAppend(&all, all.empty() ? "" : ", ", Absl(name));
    }
    Refuse(*node, key, absl::StrCat("must be one of ", all));
    return std::nullopt;
  }

  // Keys that nobody asked for.
  absl::Status Finish() {
    for (const auto& [key, node] : table_) {
      if (std::find(taken_.begin(), taken_.end(), key.str()) == taken_.end()) {
        Refuse(node, key.str(), "is no key of a product");
      }
    }
    return status_;
  }
  void Refuse(const toml::node& node, std::string_view key, std::string_view what) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(
        absl::StrCat(node.source().begin.line, ": catalog.", Absl(key), " ", Absl(what)));
  }
  const toml::table& table() const { return table_; }

 private:
  const toml::node* Take(std::string_view key) {
    taken_.push_back(key);
    return table_.get(key);
  }

  const toml::table& table_;
  std::vector<std::string_view> taken_;
  absl::Status status_;
};

absl::StatusOr<Product> ReadProduct(const toml::table& table) {
  ProductReader reader(table);
  Product product;
  product.product_id = reader.Text("product_id");
  if (!IsId(product.product_id)) {
    reader.Refuse(table, "product_id", "must be 1 to 63 of a-z, 0-9 and hyphens");
  }
  product.display_name = reader.Text("display_name");
  const auto role = reader.OneOf("role", kRoles);
  if (!role.has_value()) reader.Refuse(table, "role", "is needed for each product");
  product.role = role.value_or(ProductRole::kPackage);
  product.edition = reader.OneOf("edition", kEditions);
  product.unit_price_cents = reader.Integer("unit_price_cents", 0, 0, kPriceMax);
  product.monthly = reader.Flag("monthly", product.role != ProductRole::kVoiceMinutes);
  const bool minutes = product.role == ProductRole::kVoiceMinutes;
  const int64_t most = minutes ? entitlement::kOrderMinutesMax : entitlement::kOrderUnitsMax;
  product.minimum_quantity = reader.Integer("minimum_quantity", 1, 1, most);
  product.maximum_quantity = reader.Integer("maximum_quantity", most, 1, most);
  product.required_product = reader.Text("required_product");
  product.agent_licenses = static_cast<int32_t>(reader.Integer("agent_licenses", 0, 0, kUnitsMax));
  product.sip_licenses = static_cast<int32_t>(reader.Integer("sip_licenses", 0, 0, kUnitsMax));
  product.concurrency = static_cast<int32_t>(reader.Integer("concurrency", 0, 0, kUnitsMax));
  product.minutes = reader.Integer("minutes", 0, 0, entitlement::kOrderMinutesMax);
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return product;
}

// What is wrong with the product among the others; empty where nothing is.
std::string FaultOf(const Product& product, const Catalog& catalog) {
  const auto same_id = [&](const Product& other) { return other.product_id == product.product_id; };
  if (std::count_if(catalog.products().begin(), catalog.products().end(), same_id) > 1) {
    return "stands in the catalog twice";
  }
  if (product.is_voice() == product.edition.has_value()) {
    return product.is_voice() ? "has an edition, which Voice AI has not" : "has no edition";
  }
  if (product.minimum_quantity > product.maximum_quantity) {
    return "has a minimum_quantity above its maximum_quantity";
  }
  const bool is_package =
      product.role == ProductRole::kPackage || product.role == ProductRole::kVoicePackage;
  if (is_package) {
    return product.required_product.empty() ? "" : "is a package and requires another product";
  }
  const Product* required = catalog.Find(product.required_product);
  const ProductRole wanted =
      product.is_voice() ? ProductRole::kVoicePackage : ProductRole::kPackage;
  if (required == nullptr || required->role != wanted) {
    return absl::StrCat("requires '", product.required_product, "', which is no ",
                        product.is_voice() ? "Voice AI " : "", "package of the catalog");
  }
  if (required->edition != product.edition) return "is of another edition than what it requires";
  return "";
}

template <typename Names, typename Value>
std::string_view NameOf(const Names& names, Value value) {
  for (const auto& [name, named] : names) {
    if (named == value) return name;
  }
  return "";
}

}  // namespace

absl::StatusOr<Catalog> ReadCatalog(const toml::array& tables) {
  std::vector<Product> products;
  for (const toml::node& node : tables) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(node.source().begin.line, ": catalog must consist of tables [[catalog]]"));
    }
    absl::StatusOr<Product> product = ReadProduct(*table);
    if (!product.ok()) return product.status();
    products.push_back(*std::move(product));
  }
  return Catalog(std::move(products));
}

absl::Status CheckCatalog(const Catalog& catalog) {
  for (const Product& product : catalog.products()) {
    if (const std::string fault = FaultOf(product, catalog); !fault.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("catalog: the product '", product.product_id, "' ", fault));
    }
  }
  return absl::OkStatus();
}

std::string CatalogText(const Catalog& catalog) {
  std::string text;
  for (const Product& product : catalog.products()) {
    absl::StrAppend(&text, "\n[[catalog]]\nproduct_id = \"", product.product_id,
                    "\"\ndisplay_name = \"", product.display_name, "\"\nrole = \"",
                    Absl(NameOf(kRoles, product.role)), "\"\n");
    if (product.edition.has_value()) {
      absl::StrAppend(&text, "edition = \"", Absl(NameOf(kEditions, *product.edition)), "\"\n");
    }
    absl::StrAppend(&text, "unit_price_cents = ", product.unit_price_cents,
                    "\nmonthly = ", product.monthly ? "true" : "false",
                    "\nminimum_quantity = ", product.minimum_quantity,
                    "\nmaximum_quantity = ", product.maximum_quantity, "\n");
    if (!product.required_product.empty()) {
      absl::StrAppend(&text, "required_product = \"", product.required_product, "\"\n");
    }
    const std::pair<const char*, int64_t> brings[] = {{"agent_licenses", product.agent_licenses},
                                                      {"sip_licenses", product.sip_licenses},
                                                      {"concurrency", product.concurrency},
                                                      {"minutes", product.minutes}};
    for (const auto& [key, count] : brings) {
      if (count != 0) absl::StrAppend(&text, key, " = ", count, "\n");
    }
  }
  return text;
}

}  // namespace usher
