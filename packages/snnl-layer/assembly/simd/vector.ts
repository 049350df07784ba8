/** a * b + c: one rounding where relaxed SIMD has it, two elsewhere. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * 1.5 * 2^23, then a polynomial of degree 5 for 2^f, |f| <= 1/2, fitted to the least greatest relative
 * error (9.2e-8); its constant is exactly 1, so 2^0 is exactly 1. Four times each.
 *
 * They are loaded ahead of a loop: engines keep loaded values in registers, while they build vector
 * constants anew, from two integer moves, in each round.
 */
const CONSTANTS = memory.data<f32>([
  12582912, 12582912, 12582912, 12582912,
  0.001326472731307149, 0.001326472731307149, 0.001326472731307149, 0.001326472731307149,
  0.009671512991189957, 0.009671512991189957, 0.009671512991189957, 0.009671512991189957,
  0.05550733581185341, 0.05550733581185341, 0.05550733581185341, 0.05550733581185341,
  0.24022242426872253, 0.24022242426872253, 0.24022242426872253, 0.24022242426872253,
  0.6931470036506653, 0.6931470036506653, 0.6931470036506653, 0.6931470036506653,
  1, 1, 1, 1,
], 16);

/** Constant number `n`: 0 for the rounding, 1 to 6 for the polynomial. */
// @ts-ignore: decorator
@inline
export function constant(n: usize): v128 {
  return v128.load(CONSTANTS + (n << 4));
}

/**
 * t rounded to an integer, in the low bits of a float: adding `magic`, 1.5 * 2^23, leaves no room for
 * a fraction. For |t| < 2^22.
 */
// @ts-ignore: decorator
@inline
export function shifted(t: v128, magic: v128): v128 {
  return f32x4.add(t, magic);
}

/**
 * What rounding took away from t = difference * scale, exact however large t is (Cody and Waite 1980):
 * `halving` and `rest` are the two parts of -1 / scale, and the product with the first is exact.
 */
// @ts-ignore: decorator
@inline
export function remainder(difference: v128, s: v128, magic: v128, k: v128, halving: v128, rest: v128): v128 {
  const n = f32x4.sub(s, magic);
  return f32x4.mul(multiplyAdd(n, rest, multiplyAdd(n, halving, difference)), k);
}

/** 2^f, for f of some -1/2 to 1/2. */
// @ts-ignore: decorator
@inline
export function fraction(f: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128): v128 {
  let p = multiplyAdd(c1, f, c2);
  p = multiplyAdd(p, f, c3);
  p = multiplyAdd(p, f, c4);
  p = multiplyAdd(p, f, c5);
  return multiplyAdd(p, f, c6);
}

/** 2^t, relative error below 2.5e-7, for -126 <= t < 127; elsewhere it must be masked. */
// @ts-ignore: decorator
@inline
export function exp2(t: v128, magic: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128): v128 {
  const s = shifted(t, magic);
  return i32x4.add(fraction(f32x4.sub(t, f32x4.sub(s, magic)), c1, c2, c3, c4, c5, c6), i32x4.shl(s, 23));
}

/** 2^t outside of loops: 0 below 2^-100 or for NaN, and never more than 2^126. */
export function power(t: v128): v128 {
  const c0 = constant(0), c1 = constant(1), c2 = constant(2), c3 = constant(3), c4 = constant(4), c5 = constant(5), c6 = constant(6);
  return v128.and(exp2(f32x4.pmin(t, f32x4.splat(126)), c0, c1, c2, c3, c4, c5, c6), f32x4.gt(t, f32x4.splat(-100)));
}

/**
 * `least` rounded down to the last bit of `greatest`: its differences from all numbers between the two
 * are exact.
 */
export function coarse(least: f32, greatest: f32): f32 {
  const exponent = reinterpret<i32>(greatest) >> 23, step = reinterpret<f32>(max(exponent - 23, 1) << 23);
  return floor<f32>(least / step) * step;
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
