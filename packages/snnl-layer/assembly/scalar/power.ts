const FLUSH: f32 = -100;
const LARGEST: f32 = 126;

/** 2^t as in simd/vector.ts: 0 for t too small to matter or NaN, and never infinite. */
export function power(t: f32): f32 {
  if (!(t > FLUSH)) return 0;
  const clamped = min(t, LARGEST);
  const shifted = clamped + <f32>12582912;
  const f = clamped - (shifted - <f32>12582912);
  let p: f32 = 0.001326472731307149;
  p = p * f + <f32>0.009671512991189957;
  p = p * f + <f32>0.05550733581185341;
  p = p * f + <f32>0.24022242426872253;
  p = p * f + <f32>0.6931470036506653;
  p = p * f + 1;
  return reinterpret<f32>(reinterpret<i32>(p) + (reinterpret<i32>(shifted) << 23));
}
