// Rows of length 1, and the gradient of that. Plain loops, which compilers turn into those of the
// instruction set.

// In double, so that rows as small as 1e-38 or as large as 1e38 have a length. Several sums, so that
// the additions need not wait for each other.
double dot(const float* x, const float* y, int64_t d) {
  constexpr int kSums = 32;
  double sums[kSums] = {};
  int64_t k = 0;
  for (; k + kSums <= d; k += kSums) {
    for (int s = 0; s < kSums; s++) sums[s] += static_cast<double>(x[k + s]) * y[k + s];
  }
  for (; k < d; k++) sums[0] += static_cast<double>(x[k]) * y[k];
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

// 1 / |x|; 0 for a row of zeros, NaN for one that is not finite.
double inverse_length(const float* x, int64_t d) {
  const double square = dot(x, x, d);
  const double nothing = square - square;  // NaN for one that is not finite
  if (nothing != 0) return nothing;
  return square == 0 ? 0 : 1 / std::sqrt(square);
}

// u = x / |x|
void unit_rows(const float* x, const float*, float* u, int64_t rows, int64_t d) {
  for (int64_t r = 0; r < rows; r++, x += d, u += d) {
    const double scale = inverse_length(x, d);
    for (int64_t k = 0; k < d; k++) u[k] = static_cast<float>(scale * x[k]);
  }
}

// dx = (dy - u (u . dy)) / |x| with u = x / |x|
void unit_rows_grad(const float* x, const float* dy, float* dx, int64_t rows, int64_t d) {
  for (int64_t r = 0; r < rows; r++, x += d, dy += d, dx += d) {
    const double scale = inverse_length(x, d);
    const double along = dot(x, dy, d) * scale * scale;
    for (int64_t k = 0; k < d; k++) dx[k] = static_cast<float>(scale * (dy[k] - along * x[k]));
  }
}
