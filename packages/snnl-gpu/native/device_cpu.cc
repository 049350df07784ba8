#include "device.h"
#include "threads.h"

namespace snnl {

void run_on_cpu(const Call& call, const Status& status) {
  Problem problem = call.problem;
  problem.temperature = *call.inputs.floats(Inputs::kTemperature);
  const bool done = call.gradient ? cpu_log_sums_grad(problem, call.inputs.floats(Inputs::kAnchorSums),
                                                      call.inputs.floats(Inputs::kCandidateSums), call.output,
                                                      thread_count())
                                  : cpu_log_sums(problem, call.output, thread_count());
  if (!done) status.set(kResourceExhausted, "Out of memory.");
}

}  // namespace snnl
