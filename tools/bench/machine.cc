#include "tools/bench/machine.h"

#include <sys/utsname.h>

#include <thread>

#include "absl/strings/str_cat.h"

namespace usher::bench {

v1::Machine ThisMachine() {
  v1::Machine machine;
  machine.set_cores(static_cast<int>(std::thread::hardware_concurrency()));
  utsname name = {};
  if (uname(&name) == 0) machine.set_kernel(absl::StrCat(name.sysname, " ", name.release));
#ifdef NDEBUG
  machine.set_release_build(true);
#endif
  return machine;
}

}  // namespace usher::bench
