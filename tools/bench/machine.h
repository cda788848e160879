// What a report says of the machine and the build that it was made with. Any thread.
#pragma once

#include "tools/bench/report.pb.h"

namespace usher::bench {

v1::Machine ThisMachine();

}  // namespace usher::bench
