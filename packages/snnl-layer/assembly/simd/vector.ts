/** a * b + c: one rounding where relaxed SIMD has it, two elsewhere. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * 2^t, relative error below 2.5e-7 for -126 <= t < 127; not to be used outside without a mask.
 *
 * Adding 1.5 * 2^23 rounds t to the nearest integer n and leaves n in the low bits, so that a shift
 * moves it into the exponent. What remains, |f| <= 1/2, goes through a polynomial of degree 5 fitted
 * to the least greatest relative error (9.2e-8); its constant is exactly 1, so 2^0 is exactly 1.
 */
// @ts-ignore: decorator
@inline
export function exp2(t: v128): v128 {
  const shifted = f32x4.add(t, f32x4.splat(12582912));
  const f = f32x4.sub(t, f32x4.sub(shifted, f32x4.splat(12582912)));
  let p = f32x4.splat(0.001326472731307149);
  p = multiplyAdd(p, f, f32x4.splat(0.009671512991189957));
  p = multiplyAdd(p, f, f32x4.splat(0.05550733581185341));
  p = multiplyAdd(p, f, f32x4.splat(0.24022242426872253));
  p = multiplyAdd(p, f, f32x4.splat(0.6931470036506653));
  p = multiplyAdd(p, f, f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** Below this power of two a term is nothing beside the sum it belongs to: it becomes exactly 0. */
const FLUSH: f32 = -100;

/** Lanes whose exponent is worth computing. False for NaN and -Infinity. */
// @ts-ignore: decorator
@inline
export function matters(t: v128): v128 {
  return f32x4.gt(t, f32x4.splat(FLUSH));
}

// @ts-ignore: decorator
@inline
export function horizontalSum(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

// @ts-ignore: decorator
@inline
export function horizontalMin(x: v128): f32 {
  return min(
    min(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    min(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

// @ts-ignore: decorator
@inline
export function horizontalMax(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}
