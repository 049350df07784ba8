// The launcher with C names, for ctypes.
#include <cstdio>

#include "../../../packages/snnl-gpu/native/cuda/launcher.h"

using namespace snnl::cuda;

namespace {

int report(const std::string& error, char* text, int size) {
  std::snprintf(text, static_cast<size_t>(size), "%s", error.c_str());
  return error.empty() ? 0 : 1;
}

}  // namespace

extern "C" {

struct Problem {
  const float *anchors, *candidates;
  const int32_t *anchor_labels, *candidate_labels;
  const float* temperature;
  int64_t n, m, d, self_offset;
};

static DeviceProblem of(const Problem& p) {
  return {p.anchors, p.candidates, p.anchor_labels, p.candidate_labels, p.temperature, p.n, p.m, p.d, p.self_offset};
}

int snnl_unavailable(char* text, int size) { return report(unavailable_reason(), text, size); }

int64_t snnl_workspace(const Problem* problem, int gradient) {
  const DeviceProblem p = of(*problem);
  return static_cast<int64_t>(gradient ? log_sums_grad_workspace(p) : log_sums_workspace(p));
}

// ordering and path: as the enumerations of launcher.h.
int snnl_log_sums(const Problem* problem, float* out, void* workspace, int ordering, void* stream, int path, char* text,
                  int size) {
  const Run run = {static_cast<Ordering>(ordering), stream, static_cast<Path>(path)};
  return report(log_sums(of(*problem), out, workspace, run), text, size);
}

int snnl_log_sums_grad(const Problem* problem, const float* anchor_sums, const float* candidate_sums, float* grad,
                       void* workspace, int ordering, void* stream, int path, char* text, int size) {
  const Run run = {static_cast<Ordering>(ordering), stream, static_cast<Path>(path)};
  return report(log_sums_grad(of(*problem), anchor_sums, candidate_sums, grad, workspace, run), text, size);
}

}  // extern "C"
