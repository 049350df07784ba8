import type { Shader } from './shader';
import { COMMON, TILE } from './wgsl';

/**
 * Merges the parts of LOG_SUMS, one invocation a row, always in the same order, and writes the five
 * rows of the result. Sums over nothing are 0; what a bad input spoils is NaN.
 */
export const MERGE_SUMS: Shader<
  'parts' | 'rows' | 'poison',
  'rowCount' | 'columnCount' | 'selfOffset' | 'padded' | 'rowTiles' | 'partCount'
> = {
  name: 'mergeSums',
  inputs: { parts: 4, rows: 1, poison: 1 },
  outputComponents: 1,
  workgroup: 64,
  sizes: ['rowCount', 'columnCount', 'selfOffset', 'padded', 'rowTiles', 'partCount'],
  code: `${COMMON}
const NOTHING = -3.0e38;

/** (log-sum in nats, mean distance) of merged parts, (0, 0) for an empty sum. */
fn logSumAndMean(part : vec4<f32>, empty : bool) -> vec2<f32> {
  if (empty) { return vec2<f32>(0.0); }
  // Every distance over T was beyond float32.
  if (!(part.x > NOTHING) || !(part.y > 0.0)) { return vec2<f32>(uniforms.NAN); }
  return vec2<f32>(0.6931471805599453 * (part.x + log2(part.y)), -part.z / part.y);
}

fn work(group : i32, local : i32) {
  let row = group * 64 + local;
  if (row >= uniforms.rowCount) { return; }
  let stride = uniforms.rowTiles * ${TILE};
  var top = NOTHING;
  var sameTop = NOTHING;
  for (var p = 0; p < uniforms.partCount; p++) {
    top = max(top, parts[2 * (p * stride + row)].x);
    sameTop = max(sameTop, parts[2 * (p * stride + row) + 1].x);
  }
  var all = vec4<f32>(top, 0.0, 0.0, 0.0);
  var same = vec4<f32>(sameTop, 0.0, 0.0, 0.0);
  for (var p = 0; p < uniforms.partCount; p++) {
    let part = parts[2 * (p * stride + row)];
    let keep = exp2(part.x - top);
    if (keep > 0.0) { all += vec4<f32>(0.0, part.y * keep, part.z * keep, 0.0); }
    let samePart = parts[2 * (p * stride + row) + 1];
    let sameKeep = exp2(samePart.x - sameTop);
    if (sameKeep > 0.0) {
      same += vec4<f32>(0.0, samePart.y * sameKeep, samePart.z * sameKeep, 0.0);
    }
    same.w += samePart.w;
  }
  let candidates = uniforms.columnCount - select(0, 1, uniforms.selfOffset >= 0);
  var ofAll = logSumAndMean(all, candidates <= 0);
  var ofSame = logSumAndMean(same, same.w == 0.0);
  let tile = row / ${TILE};
  let norm = rows[(tile * (uniforms.padded + 1) + uniforms.padded) * ${TILE} + row - tile * ${TILE}];
  if (poison[0] > 0.0 || !isFinite(norm)) {
    ofAll = vec2<f32>(uniforms.NAN);
    ofSame = vec2<f32>(uniforms.NAN);
  }
  result[row] = ofAll.x;
  result[uniforms.rowCount + row] = ofSame.x;
  result[2 * uniforms.rowCount + row] = ofAll.y;
  result[3 * uniforms.rowCount + row] = ofSame.y;
  result[4 * uniforms.rowCount + row] = same.w;
}
`,
};
