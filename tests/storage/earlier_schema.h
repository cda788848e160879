// Databases of earlier schema versions, as their server left them: schema_N.sql beside this file.
#pragma once

#include <string>

namespace usher::storage::testing {

std::string EarlierSchemaFile(int version);

// Makes `data_dir` with the database of that version in it. A failure is a test failure.
void RestoreEarlierDatabase(int version, const std::string& data_dir);

}  // namespace usher::storage::testing
