#include "tests/storage/earlier_schema.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/stranger.h"

namespace usher::storage::testing {

std::string EarlierSchemaFile(int version) {
  return absl::StrCat(USHER_SCHEMA_DIR, "/schema_", version, ".sql");
}

void RestoreEarlierDatabase(int version, const std::string& data_dir) {
  std::filesystem::create_directory(data_dir);
  std::ifstream file(EarlierSchemaFile(version));
  const std::string script(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(script.empty()) << EarlierSchemaFile(version);
  Stranger(data_dir + "/usher.db").Run(script);
}

}  // namespace usher::storage::testing
