// The SQL of the migrations, each behind the one before: what a database of this version is made
// of. schema.h says when they are made, and that none is ever edited. Any thread.
#pragma once

#include "absl/types/span.h"

namespace usher::storage {

// The n-th, counted from 0, brings a database of version n to version n + 1.
absl::Span<const char* const> Migrations();

}  // namespace usher::storage
