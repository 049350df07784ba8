import { SEGMENT } from '../layout';
import { horizontalSum, multiplyAdd } from './vector';

// Rows scaled to length 1. Where the length is an everyday number float32 does; elsewhere float64, in
// which no square of a float32 overflows or vanishes.

const LEAST_LENGTH: f64 = 1e-6;
const GREATEST_LENGTH: f64 = 1e6;

// @ts-ignore: decorator
@inline
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorator
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

/** As dot, in float32. */
function quickDot(a: usize, b: usize, features: i32): f64 {
  let sum: f64 = 0, f = 0;
  while (f + 16 <= features) {
    const end = min(features & ~15, f + SEGMENT);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (; f < end; f += 16, a += 64, b += 64) {
      s0 = multiplyAdd(v128.load(a), v128.load(b), s0);
      s1 = multiplyAdd(v128.load(a, 16), v128.load(b, 16), s1);
      s2 = multiplyAdd(v128.load(a, 32), v128.load(b, 32), s2);
      s3 = multiplyAdd(v128.load(a, 48), v128.load(b, 48), s3);
    }
    sum += <f64>horizontalSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  }
  for (; f < features; f++, a += 4, b += 4) sum += <f64>load<f32>(a) * <f64>load<f32>(b);
  return sum;
}

/** out = (a - b t) s, in float32. */
function quickCombine(a: usize, b: usize, t: f32, s: f32, features: i32, out: usize): void {
  const ss = f32x4.splat(s), tt = f32x4.splat(t);
  let f = 0;
  for (; f + 4 <= features; f += 4, a += 16, b += 16, out += 16) {
    v128.store(out, f32x4.mul(f32x4.sub(v128.load(a), f32x4.mul(v128.load(b), tt)), ss));
  }
  for (; f < features; f++, a += 4, b += 4, out += 4) store<f32>(out, (load<f32>(a) - load<f32>(b) * t) * s);
}

/** 1 / |x| where float32 does, else 0. */
function quickInverseLength(x: usize, features: i32): f64 {
  const length = sqrt(quickDot(x, x, features));
  return length > LEAST_LENGTH && length < GREATEST_LENGTH ? 1 / length : 0;
}

/** The first `features` floats of a and b, multiplied and added up. */
function dot(a: usize, b: usize, features: i32): f64 {
  let even = f64x2.splat(0), odd = even, f = 0;
  for (; f + 4 <= features; f += 4, a += 16, b += 16) {
    const x = v128.load(a), y = v128.load(b);
    even = f64x2.add(even, f64x2.mul(low(x), low(y)));
    odd = f64x2.add(odd, f64x2.mul(high(x), high(y)));
  }
  even = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1);
  for (; f < features; f++, a += 4, b += 4) sum += <f64>load<f32>(a) * <f64>load<f32>(b);
  return sum;
}

/** 1 / |x|, 0 for a row of zeros, NaN for one that is not finite. */
function inverseLength(x: usize, features: i32): f64 {
  const square = dot(x, x, features);
  if (square == 0) return 0;
  return square - square == 0 ? 1 / sqrt(square) : NaN;
}

/** out = a * s - b * t. */
function combine(a: usize, s: f64, b: usize, t: f64, features: i32, out: usize): void {
  const ss = f64x2.splat(s), tt = f64x2.splat(t);
  let f = 0;
  for (; f + 4 <= features; f += 4, a += 16, b += 16, out += 16) {
    const x = v128.load(a), y = v128.load(b);
    const p = f32x4.demote_f64x2_zero(f64x2.sub(f64x2.mul(low(x), ss), f64x2.mul(low(y), tt)));
    const q = f32x4.demote_f64x2_zero(f64x2.sub(f64x2.mul(high(x), ss), f64x2.mul(high(y), tt)));
    v128.store(out, v128.shuffle<f32>(p, q, 0, 1, 4, 5));
  }
  for (; f < features; f++, a += 4, b += 4, out += 4) {
    store<f32>(out, <f32>(<f64>load<f32>(a) * s - <f64>load<f32>(b) * t));
  }
}

export function unitRow(x: usize, features: i32, out: usize): void {
  const inverse = quickInverseLength(x, features);
  if (inverse > 0) quickCombine(x, x, 0, <f32>inverse, features, out);
  else combine(x, inverseLength(x, features), x, 0, features, out);
}

export function unitRowGrad(x: usize, dy: usize, features: i32, out: usize): void {
  const quick = quickInverseLength(x, features);
  if (quick > 0) {
    quickCombine(dy, x, <f32>(quickDot(x, dy, features) * quick * quick), <f32>quick, features, out);
    return;
  }
  const inverse = inverseLength(x, features);
  combine(dy, inverse, x, dot(x, dy, features) * inverse * inverse * inverse, features, out);
}
