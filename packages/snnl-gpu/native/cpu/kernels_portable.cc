#include <cmath>
#include <cstdint>
#include <cstring>

#include "inline.h"
#include "batch.h"

namespace snnl {
namespace {
#include "vector_portable.h"
#include "kernels-inl.h"
}  // namespace

constexpr Kernels kPortableKernels = table("portable");
}  // namespace snnl
