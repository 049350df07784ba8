#include "threads.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace snnl {
namespace {

#ifdef __linux__
// How many CPUs a container may use at a time (cgroup v2), rounded up; 0: as many as there are.
int cpu_quota() {
  std::FILE* const file = std::fopen("/sys/fs/cgroup/cpu.max", "r");
  if (file == nullptr) return 0;
  long long quota = 0, period = 0;
  const bool limited = std::fscanf(file, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0;
  std::fclose(file);
  return limited ? static_cast<int>((quota + period - 1) / period) : 0;
}
#endif

int available_cpus() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    const int quota = cpu_quota();
    return quota > 0 ? std::min(quota, CPU_COUNT(&set)) : CPU_COUNT(&set);
  }
#endif
  const unsigned count = std::thread::hardware_concurrency();
  return count == 0 ? 1 : static_cast<int>(count);
}

int decide() {
  const char* text = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int wanted = text == nullptr ? 0 : std::atoi(text);
  return wanted > 0 ? wanted : available_cpus();
}

}  // namespace

int thread_count() {
  // Once, as TensorFlow does when it starts.
  static const int count = decide();
  return count;
}

}  // namespace snnl
