// Rows scaled to length 1, over threads.
#include <algorithm>

#include "kernel_api.h"
#include "layout.h"
#include "team.h"

namespace snnl {

void cpu_unit_rows(const float* x, const float* dy, float* out, int64_t rows, int64_t d, int threads) {
  // To wake a thread takes as long as some 2^16 numbers.
  const int64_t useful = std::max<int64_t>(1, rows * d >> 16);
  const auto of_rows = dy ? kernels().unit_rows_grad : kernels().unit_rows;
  constexpr int64_t kRows = 64;
  Counter chunks((rows + kRows - 1) / kRows);
  Team::run(static_cast<int>(std::min<int64_t>(threads, useful)), {[&](int) {
    for (int64_t chunk; chunks.take(chunk);) {
      const int64_t first = chunk * kRows, at = first * d;
      of_rows(x + at, dy ? dy + at : nullptr, out + at, std::min(kRows, rows - first), d);
    }
  }});
}

}  // namespace snnl
