#include "device.h"
#include "threads.h"

namespace snnl {

std::string run_on_cpu(const Call& call) {
  Problem problem = call.problem;
  problem.temperature = *call.inputs.floats(Inputs::kTemperature);
  const bool done = call.gradient ? cpu_log_sums_grad(problem, call.inputs.floats(Inputs::kAnchorSums),
                                                      call.inputs.floats(Inputs::kCandidateSums), call.output,
                                                      thread_count())
                                  : cpu_log_sums(problem, call.output, thread_count());
  return done ? "" : "Out of memory.";
}

}  // namespace snnl
