#include "threads.h"

#include <cstdlib>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace snnl {
namespace {

int available_cpus() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
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
