#include "observe/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace usher::observe {
namespace {

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void WriteProcessorTime(Exposition& page) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return;
  page.Family("process_cpu_seconds_total", "Processor time that this process has taken.",
              MetricKind::kCounter)
      .Add(SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime));
}

void WriteMemory(Exposition& page) {
  // In pages: all of its address space, and what of it is in memory.
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0;
  int64_t resident = 0;
  if (!(statm >> size >> resident)) return;
  page.Family("process_resident_memory_bytes", "Memory that this process has.", MetricKind::kGauge)
      .Add(static_cast<double>(resident * sysconf(_SC_PAGESIZE)));
}

void WriteDescriptors(Exposition& page) {
  DIR* const directory = opendir("/proc/self/fd");
  if (directory == nullptr) return;
  int entries = 0;
  while (readdir(directory) != nullptr) ++entries;
  closedir(directory);
  // Without ".", ".." and the descriptor of the look itself.
  page.Family("process_open_fds", "Descriptors that are open.", MetricKind::kGauge)
      .Add(entries - 3);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  page.Family("process_max_fds", "Descriptors that may be open.", MetricKind::kGauge)
      .Add(static_cast<double>(limit.rlim_cur));
}

}  // namespace

void WriteProcessMetrics(Exposition& page) {
  WriteProcessorTime(page);
  WriteMemory(page);
  WriteDescriptors(page);
}

}  // namespace usher::observe
