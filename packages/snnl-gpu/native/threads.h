#pragma once
namespace snnl {
// Threads for one call: TF_NUM_INTRAOP_THREADS, as TensorFlow itself reads it, else the CPUs that this
// process may run on.
int thread_count();
}  // namespace snnl
