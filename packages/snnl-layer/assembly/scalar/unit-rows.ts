/** See simd/unit-rows.ts. */
function dot(a: usize, b: usize, features: i32): f64 {
  let sum: f64 = 0;
  for (let f = 0; f < features; f++, a += 4, b += 4) sum += <f64>load<f32>(a) * <f64>load<f32>(b);
  return sum;
}

function inverseLength(x: usize, features: i32): f64 {
  const square = dot(x, x, features);
  if (square == 0) return 0;
  return square - square == 0 ? 1 / sqrt(square) : NaN;
}

function combine(a: usize, s: f64, b: usize, t: f64, features: i32, out: usize): void {
  for (let f = 0; f < features; f++, a += 4, b += 4, out += 4) {
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
