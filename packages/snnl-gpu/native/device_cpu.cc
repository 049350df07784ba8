#include "device.h"
#include "threads.h"

namespace snnl {

namespace {

Problem with_temperature(const Call& call) {
  Problem problem = call.problem;
  problem.temperature = *call.inputs.floats(Inputs::kTemperature);
  return problem;
}

void require(bool done, const Status& status) {
  if (!done) status.set(kResourceExhausted, "Out of memory.");
}

}  // namespace

void run_on_cpu(const Call& call, const Status& status) {
  const Problem problem = with_temperature(call);
  const bool done = call.gradient ? cpu_log_sums_grad(problem, call.inputs.floats(Inputs::kAnchorSums),
                                                      call.inputs.floats(Inputs::kCandidateSums), call.output,
                                                      thread_count())
                                  : cpu_log_sums(problem, call.output, thread_count());
  require(done, status);
}

void run_cross_on_cpu(const Call& call, const Status& status) {
  require(cpu_cross_log_sums(with_temperature(call), call.output, thread_count()), status);
}

}  // namespace snnl
