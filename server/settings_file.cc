// The part of Settings that reads a file.
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/catalog_file.h"
#include "server/settings.h"
#include "toml++/toml.h"

namespace usher {
namespace {

constexpr char kCatalog[] = "catalog";

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

// Walks through a file's tables.
class Settings::FileReader {
 public:
  FileReader(Settings* settings, std::string path) : settings_(settings), path_(std::move(path)) {}

  absl::Status Read() {
    toml::table root;
    try {
      root = toml::parse_file(path_);
    } catch (const toml::parse_error& error) {
      const auto line = error.source().begin.line;
      const std::string where = line == 0 ? path_ : absl::StrCat(path_, ":", line);
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": ", std::string(error.description())));
    }
    return ReadTable(root, "");
  }

 private:
  absl::Status ReadTable(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = absl::StrCat(prefix, Absl(key.str()));
      absl::Status status;
      if (name == kCatalog) {
        status = ReadCatalogFrom(node);
      } else if (const toml::table* inner = node.as_table(); inner != nullptr) {
        status = ReadTable(*inner, absl::StrCat(name, "."));
      } else {
        status = ReadValue(name, node);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadCatalogFrom(const toml::node& node) {
    const toml::array* tables = node.as_array();
    if (tables == nullptr) return Refuse(node, "catalog must consist of tables [[catalog]]");
    absl::StatusOr<entitlement::Catalog> catalog = ReadCatalog(*tables);
    if (!catalog.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(path_, ":", catalog.status().message()));
    }
    settings_->options_->catalog = *std::move(catalog);
    settings_->catalog_origin_ = Where(node);
    return absl::OkStatus();
  }

  absl::Status ReadValue(const std::string& name, const toml::node& node) {
    Setting* setting = settings_->Find(name);
    if (setting == nullptr) return Refuse(node, absl::StrCat("there is no setting ", name));
    std::string text;
    if (setting->kind == Kind::kText) {
      if (!node.is_string()) return Refuse(node, name + " must be a text in quotes");
      text = node.value_or(std::string());
    } else if (setting->kind == Kind::kInteger) {
      if (!node.is_integer()) return Refuse(node, name + " must be a whole number");
      text = absl::StrCat(node.value_or(int64_t{0}));
    } else {
      if (!node.is_boolean()) return Refuse(node, name + " must be true or false");
      text = node.value_or(false) ? "true" : "false";
    }
    if (const std::string fault = setting->read(text); !fault.empty()) {
      return Refuse(node, absl::StrCat(name, " ", fault, "; '", text, "' is not"));
    }
    setting->origin = Where(node);
    return absl::OkStatus();
  }

  std::string Where(const toml::node& node) const {
    return absl::StrCat(path_, ":", node.source().begin.line);
  }
  absl::Status Refuse(const toml::node& node, std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(Where(node), ": ", Absl(what)));
  }

  Settings* const settings_;
  const std::string path_;
};

absl::Status Settings::ReadFile(const std::string& path) { return FileReader(this, path).Read(); }

}  // namespace usher
