// What the system knows of this process, by the names that every Prometheus client uses
// (process_resident_memory_bytes …). Any thread.
#pragma once

#include "observe/exposition.h"

namespace usher::observe {

// A figure that the system does not tell is left out.
void WriteProcessMetrics(Exposition& page);

}  // namespace usher::observe
