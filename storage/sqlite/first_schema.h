// The tables of the first version: the migration that makes them where there is nothing yet. What
// later versions altered is in migrations.cc. Never edited: databases of that version exist.
#pragma once

namespace usher::storage {

extern const char kFirstSchema[];

}  // namespace usher::storage
