// 4 floats, any processor: GCC and Clang make vector instructions of these loops.
struct Vector {
  static constexpr int kWidth = 4;
  static constexpr int kTileRows = 4;  // register tile 4 x 8
  typedef float F __attribute__((vector_size(16)));
  typedef int32_t M __attribute__((vector_size(16)));
  SNNL_INLINE static F load(const float* p) {
    F r = {};
    for (int i = 0; i < 4; i++) r[i] = p[i];
    return r;
  }
  SNNL_INLINE static F loadu(const float* p) { return load(p); }
  SNNL_INLINE static void store(float* p, F a) {
    for (int i = 0; i < 4; i++) p[i] = a[i];
  }
  SNNL_INLINE static void storeu(float* p, F a) { store(p, a); }
  SNNL_INLINE static F set(float a) {
    F r = {};
    for (int i = 0; i < 4; i++) r[i] = a;
    return r;
  }
#if defined(__GNUC__)
  SNNL_INLINE static F add(F a, F b) { return a + b; }
  SNNL_INLINE static F sub(F a, F b) { return a - b; }
  SNNL_INLINE static F mul(F a, F b) { return a * b; }
  SNNL_INLINE static F fma(F a, F b, F c) { return a * b + c; }
#else
  SNNL_INLINE static F add(F a, F b) {
    for (int i = 0; i < 4; i++) a[i] += b[i];
    return a;
  }
  SNNL_INLINE static F sub(F a, F b) {
    for (int i = 0; i < 4; i++) a[i] -= b[i];
    return a;
  }
  SNNL_INLINE static F mul(F a, F b) {
    for (int i = 0; i < 4; i++) a[i] *= b[i];
    return a;
  }
  SNNL_INLINE static F fma(F a, F b, F c) { return add(mul(a, b), c); }
#endif
  // a (high + low), rounded once.
  SNNL_INLINE static F times(F a, float high, float low) {
    for (int i = 0; i < 4; i++) a[i] = static_cast<float>(a[i] * (static_cast<double>(high) + low));
    return a;
  }
  // The second argument where either is NaN.
  SNNL_INLINE static F max(F a, F b) {
    for (int i = 0; i < 4; i++) a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
  }
  SNNL_INLINE static F min(F a, F b) {
    for (int i = 0; i < 4; i++) a[i] = a[i] < b[i] ? a[i] : b[i];
    return a;
  }
  SNNL_INLINE static F abs(F a) {
    for (int i = 0; i < 4; i++) a[i] = a[i] < 0 ? -a[i] : a[i];
    return a;
  }
  // To the nearest integer; numbers beyond 2^22 are left as they are.
  SNNL_INLINE static F round(F a) {
    const F magic = set(12582912.0f), rounded = sub(add(a, magic), magic);
    return select(less(abs(a), set(4194304.0f)), rounded, a);
  }
  // a 2^n for an integer n; 0 where n < -126, a 2^127 where n > 127.
  SNNL_INLINE static F scale(F a, F n) {
    const F bounded = max(min(n, set(127)), set(-127));
    for (int i = 0; i < 4; i++) {
      const int32_t bits = (static_cast<int32_t>(bounded[i]) + 127) * 0x800000;
      float power;
      std::memcpy(&power, &bits, 4);
      a[i] *= power;
    }
    return a;
  }
  SNNL_INLINE static M less(F a, F b) {
    M m = {};
    for (int i = 0; i < 4; i++) m[i] = a[i] < b[i] ? -1 : 0;
    return m;
  }
  SNNL_INLINE static M equal(const int32_t* p, int32_t value) {
    M m = {};
    for (int i = 0; i < 4; i++) m[i] = p[i] == value ? -1 : 0;
    return m;
  }
  // a where m holds, otherwise b.
  SNNL_INLINE static F select(M m, F a, F b) {
    for (int i = 0; i < 4; i++) a[i] = m[i] ? a[i] : b[i];
    return a;
  }
  SNNL_INLINE static float total(F a) { return (a[0] + a[2]) + (a[1] + a[3]); }
  SNNL_INLINE static float least(F a) {
    float r = a[0];
    for (int i = 1; i < 4; i++) r = a[i] < r ? a[i] : r;
    return r;
  }
};
