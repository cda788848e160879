// IntegrityCheck: every law of the rules, asked of what is stored, while the server serves.
//
// The store's own check comes first; units of a database that is damaged are not looked at. Reads
// only. One thread at a time, and not the engine's: it takes as long as it takes to read
// everything.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/clock.h"
#include "entitlement/policy.h"
#include "storage/upkeep.h"

namespace usher::engine {

// Problems that a report lists; one more line says that there are others.
inline constexpr int kIntegrityProblemsMax = 100;

struct IntegrityReport {
  // Sentences that name the unit, "Application acme/support: …"; empty where all is well.
  std::vector<std::string> problems;
  int64_t accounts_checked = 0;
  int64_t applications_checked = 0;
};

// kCancelled where `go_on` said no; else errors are the store's.
absl::StatusOr<IntegrityReport> CheckIntegrity(storage::Upkeep& store, Clock& clock,
                                               const entitlement::Policy& policy,
                                               const std::function<bool()>& go_on);

}  // namespace usher::engine
