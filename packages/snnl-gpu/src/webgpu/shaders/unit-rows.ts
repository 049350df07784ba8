import { COMMON, LEVEL, type Shader } from './common';

/** Rows of a workgroup. */
export const ROWS = 4;
/** Invocations that share a row. */
const LANES = 16;

export type Size = 'rows' | 'width' | 'groups' | 'rounds';

/**
 * Rows scaled to length 1, or the gradient of that. `scale` is a power of two that keeps |x|^2 in
 * range; with it nothing is rounded. Entries below 2^-126 count as 0, as on most devices anyway.
 */
const shader = <Input extends string>(
  name: string,
  inputs: Readonly<Record<Input, 1>>,
  { product, value }: { product: string; value: string },
): Shader<Input, Size> => ({
  name,
  inputs,
  outputComponents: 1,
  workgroup: ROWS * LANES,
  sizes: ['rows', 'width', 'groups', 'rounds'],
  code: `${COMMON}
var<workgroup> magnitudes : array<u32, ${ROWS * LANES}>;
// Of each invocation: its part of |scale x|^2 and of scale x . dy.
var<workgroup> sums : array<vec2<f32>, ${ROWS * LANES}>;

fn work(group : i32, local : i32) {
  let lane = local % ${LANES};
  for (var round = 0; round < uniforms.rounds; round++) {
    let row = (round * uniforms.groups + group) * ${ROWS} + local / ${LANES};
    let start = select(0, row * uniforms.width + lane, row < uniforms.rows);
    let end = select(0, (row + 1) * uniforms.width, row < uniforms.rows);
    // As integers, magnitudes are in the order of the numbers, infinity and NaN above all others.
    var largest = 0u;
    for (var k = start; k < end; k += ${LANES}) {
      largest = max(largest, bitcast<u32>(x[k]) & 0x7fffffffu);
    }
    magnitudes[local] = largest;
    workgroupBarrier();
    for (var i = local - lane; i < local - lane + ${LANES}; i++) {
      largest = max(largest, magnitudes[i]);
    }
    let exponent = min(largest >> 23u, 253u);
    let scale = select(bitcast<f32>((254u - exponent) << 23u), 0.0, exponent == 0u);
    var sum = vec2<f32>(0.0);
    for (var first = start; first < end; first += ${LEVEL * LANES}) {
      var level = vec2<f32>(0.0);
      for (var k = first; k < min(first + ${LEVEL * LANES}, end); k += ${LANES}) {
        let v = x[k] * scale;
        level += vec2<f32>(v * v, ${product});
      }
      sum += level;
    }
    sums[local] = sum;
    workgroupBarrier();
    sum = vec2<f32>(0.0);
    for (var i = local - lane; i < local - lane + ${LANES}; i++) { sum += sums[i]; }
    let inverse = select(1.0 / sqrt(sum.x), 0.0, exponent == 0u);
    let along = sum.y * inverse;
    let spoilt = largest >= 0x7f800000u || !isFinite(sum.y);
    for (var k = start; k < end; k += ${LANES}) {
      let u = x[k] * scale * inverse;
      result[k] = select(${value}, uniforms.NAN, spoilt);
    }
  }
}
`,
});

export const UNIT_ROWS = shader('unitRows', { x: 1 }, { product: '0.0', value: 'u' });

export const UNIT_ROWS_GRAD = shader(
  'unitRowsGrad',
  { x: 1, dy: 1 },
  { product: 'v * dy[k]', value: '(dy[k] - u * along) * inverse * scale' },
);
