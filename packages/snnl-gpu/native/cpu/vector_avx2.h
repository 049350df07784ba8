// 8 floats, AVX2 and FMA. Include after immintrin.h, where the target is switched on.
struct Vector {
  static constexpr int kWidth = 8;
  static constexpr int kTileRows = 6;  // register tile 6 x 16
  using F = __m256;
  using M = __m256;
  SNNL_INLINE static F load(const float* p) { return _mm256_load_ps(p); }
  SNNL_INLINE static F loadu(const float* p) { return _mm256_loadu_ps(p); }
  SNNL_INLINE static void store(float* p, F a) { _mm256_store_ps(p, a); }
  SNNL_INLINE static void storeu(float* p, F a) { _mm256_storeu_ps(p, a); }
  SNNL_INLINE static F set(float a) { return _mm256_set1_ps(a); }
  SNNL_INLINE static F add(F a, F b) { return _mm256_add_ps(a, b); }
  SNNL_INLINE static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  SNNL_INLINE static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  // a b + c
  SNNL_INLINE static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  // a (high + low), rounded once but for a few cases.
  SNNL_INLINE static F times(F a, float high, float low) { return fma(a, set(high), mul(a, set(low))); }
  // The second argument where either is NaN.
  SNNL_INLINE static F max(F a, F b) { return _mm256_max_ps(a, b); }
  SNNL_INLINE static F min(F a, F b) { return _mm256_min_ps(a, b); }
  SNNL_INLINE static F abs(F a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
  SNNL_INLINE static F round(F a) { return _mm256_round_ps(a, 8); }
  // a 2^n for an integer n; 0 where n < -126, a 2^127 where n > 127.
  SNNL_INLINE static F scale(F a, F n) {
    const F bounded = max(min(n, set(127)), set(-127));
    const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(bounded), _mm256_set1_epi32(127));
    return mul(a, _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)));
  }
  SNNL_INLINE static M less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  SNNL_INLINE static M equal(const int32_t* p, int32_t value) {
    const __m256i a = _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(a, _mm256_set1_epi32(value)));
  }
  // a where m holds, otherwise b.
  SNNL_INLINE static F select(M m, F a, F b) { return _mm256_blendv_ps(b, a, m); }
  SNNL_INLINE static float total(F a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
  }
  SNNL_INLINE static float least(F a) {
    __m128 s = _mm_min_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_min_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_min_ss(s, _mm_movehdup_ps(s)));
  }
};
