// 2^t as a number in [0.7, 1.42] and an integer exponent.
struct Power {
  Vector::F number, exponent;
};

// Polynomial of least relative error on [-1/2, 1/2] with p(0) = 1: 9.2e-8, with rounding below
// 2.5 2^-23 (test/kernels_test.cc).
SNNL_INLINE Power power(Vector::F t) {
  const Vector::F n = Vector::round(t), f = Vector::sub(t, n);
  Vector::F p = Vector::set(0.0013264738802944705f);
  p = Vector::fma(p, f, Vector::set(0.00967151666798299f));
  p = Vector::fma(p, f, Vector::set(0.055507337525771694f));
  p = Vector::fma(p, f, Vector::set(0.2402224202425167f));
  p = Vector::fma(p, f, Vector::set(0.6931469775692676f));
  p = Vector::fma(p, f, Vector::set(1.0f));
  return {p, n};
}

// (from - h) scale, at least -2^100: it may overflow.
SNNL_INLINE Vector::F exponent_of(Vector::F from, Vector::F h, Vector::F scale) {
  return Vector::max(Vector::mul(Vector::sub(from, h), scale), Vector::set(-0x1p100f));
}

SNNL_INLINE Vector::F exp2_of(Vector::F t) {
  const Power e = power(t);
  return Vector::scale(e.number, e.exponent);
}

void exp2_all(const float* x, int64_t count, float* out) {
  for (int64_t k = 0; k < count; k += Vector::kWidth) {
    Vector::storeu(out + k, exp2_of(Vector::loadu(x + k)));
  }
}
