// Rows scaled to length 1, for the cosine distance (equation 7), on the CPU only.
#include "cpu/kernel_api.h"
#include "op.h"
#include "threads.h"

namespace snnl {
namespace {

template <int inputs>
void run(TF_OpKernelContext* context, const Status& status) {
  Tensor tensors[2];
  get_inputs(context, tensors, inputs, status);
  if (!status.ok()) return;
  const Tensor &x = tensors[0], &dy = tensors[1];
  const auto is_like_x = [&] { return dy.rank() == 2 && dy.dim(0) == x.dim(0) && dy.dim(1) == x.dim(1); };
  if (x.rank() != 2 || (inputs == 2 && !is_like_x())) {
    return status.set(kInvalidArgument,
                      "Expected x, and dy where it is given, to have one and the same shape [n, d].");
  }
  const int64_t rows = x.dim(0), d = x.dim(1);
  const Tensor out = allocate_output(context, {rows, d}, status);
  if (!status.ok() || rows * d == 0) return;
  cpu_unit_rows(x.floats(), inputs == 2 ? dy.floats() : nullptr, out.floats(), rows, d, thread_count());
}

template <int inputs>
void compute(void*, TF_OpKernelContext* context) {
  compute_with_status(context, [&](const Status& status) { run<inputs>(context, status); });
}

void same_shape(TF_ShapeInferenceContext* context, TF_Status* status) { set_shape_of_input(context, 0, status); }

}  // namespace

const Op kUnitRows = {"SnnlUnitRows", {"x: float"}, {"out: float"}, {}, same_shape, nullptr, compute<1>, nullptr};

const Op kUnitRowsGrad = {"SnnlUnitRowsGrad", {"x: float", "dy: float"}, {"out: float"}, {}, same_shape,
                          nullptr, compute<2>, nullptr};

}  // namespace snnl
