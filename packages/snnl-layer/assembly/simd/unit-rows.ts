// Rows scaled to length 1, in float64: no square of a float32 overflows or vanishes there.

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
  combine(x, inverseLength(x, features), x, 0, features, out);
}

export function unitRowGrad(x: usize, dy: usize, features: i32, out: usize): void {
  const inverse = inverseLength(x, features);
  combine(dy, inverse, x, dot(x, dy, features) * inverse * inverse * inverse, features, out);
}
