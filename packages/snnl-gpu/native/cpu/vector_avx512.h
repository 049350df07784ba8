// 16 floats, AVX-512 F and DQ. Include after immintrin.h, where the target is switched on.
struct Vector {
  static constexpr int kWidth = 16;
  static constexpr int kTileRows = 12;  // register tile 12 x 32
  using F = __m512;
  using M = __mmask16;
  SNNL_INLINE static F load(const float* p) { return _mm512_load_ps(p); }
  SNNL_INLINE static F loadu(const float* p) { return _mm512_loadu_ps(p); }
  SNNL_INLINE static void store(float* p, F a) { _mm512_store_ps(p, a); }
  SNNL_INLINE static void storeu(float* p, F a) { _mm512_storeu_ps(p, a); }
  SNNL_INLINE static F set(float a) { return _mm512_set1_ps(a); }
  SNNL_INLINE static F add(F a, F b) { return _mm512_add_ps(a, b); }
  SNNL_INLINE static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  SNNL_INLINE static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  // a b + c
  SNNL_INLINE static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  // a (high + low), rounded once but for a few cases.
  SNNL_INLINE static F times(F a, float high, float low) { return fma(a, set(high), mul(a, set(low))); }
  // The second argument where either is NaN.
  SNNL_INLINE static F max(F a, F b) { return _mm512_max_ps(a, b); }
  SNNL_INLINE static F min(F a, F b) { return _mm512_min_ps(a, b); }
  SNNL_INLINE static F abs(F a) { return _mm512_abs_ps(a); }
  SNNL_INLINE static F round(F a) { return _mm512_roundscale_ps(a, 8); }
  // a 2^n for an integer n of any size.
  SNNL_INLINE static F scale(F a, F n) { return _mm512_scalef_ps(a, n); }
  SNNL_INLINE static M less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  SNNL_INLINE static M equal(const int32_t* p, int32_t value) {
    return _mm512_cmpeq_epi32_mask(_mm512_load_si512(p), _mm512_set1_epi32(value));
  }
  // a where m holds, otherwise b.
  SNNL_INLINE static F select(M m, F a, F b) { return _mm512_mask_blend_ps(m, b, a); }
  SNNL_INLINE static float total(F a) { return _mm512_reduce_add_ps(a); }
  SNNL_INLINE static float least(F a) { return _mm512_reduce_min_ps(a); }
};
