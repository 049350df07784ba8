import type { Shader } from './shader';
import { COMMON, TILE } from './wgsl';

/**
 * Merges the parts of LOG_SUMS, one invocation a row, always in the same order, and writes the nine
 * rows of the result. Sums over nothing are 0; what a bad input spoils is NaN.
 */
export const MERGE_SUMS: Shader<
  'parts' | 'rows' | 'poison' | 'temperature',
  'rowCount' | 'columnCount' | 'selfOffset' | 'padded' | 'rowTiles' | 'partCount'
> = {
  name: 'mergeSums',
  inputs: { parts: 4, rows: 1, poison: 1, temperature: 1 },
  outputComponents: 1,
  workgroup: 64,
  sizes: ['rowCount', 'columnCount', 'selfOffset', 'padded', 'rowTiles', 'partCount'],
  code: `${COMMON}
const NOTHING = -3.0e38;

/** Merged parts as (log-sum, mean distance, nearest, relative), zeros for an empty sum. */
fn softSums(part : vec4<f32>, empty : bool) -> vec4<f32> {
  if (empty) { return vec4<f32>(0.0); }
  let nearest = -part.x;
  let relative = max(0.6931471805599453 * log2(part.y), 0.0);
  let mean = -part.z / part.y;
  return vec4<f32>(relative - nearest / temperature[0],
      select(uniforms.NAN, mean, isFinite(mean)), nearest, relative);
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
  let scale = 1.4426950408889634 / temperature[0];
  for (var p = 0; p < uniforms.partCount; p++) {
    let part = parts[2 * (p * stride + row)];
    let keep = exp2((part.x - top) * scale);
    all += vec4<f32>(0.0, part.y * keep, part.z * keep, 0.0);
    let samePart = parts[2 * (p * stride + row) + 1];
    let sameKeep = exp2((samePart.x - sameTop) * scale);
    same += vec4<f32>(0.0, samePart.y * sameKeep, samePart.z * sameKeep, samePart.w);
  }
  let candidates = uniforms.columnCount - select(0, 1, uniforms.selfOffset >= 0);
  var ofAll = softSums(all, candidates <= 0);
  var ofSame = softSums(same, same.w == 0.0);
  let tile = row / ${TILE};
  let norm = rows[(tile * (uniforms.padded + 1) + uniforms.padded) * ${TILE} + row - tile * ${TILE}];
  if (poison[0] > 0.0 || !isFinite(norm)) {
    ofAll = vec4<f32>(uniforms.NAN);
    ofSame = vec4<f32>(uniforms.NAN);
  }
  result[row] = ofAll.x;
  result[uniforms.rowCount + row] = ofSame.x;
  result[2 * uniforms.rowCount + row] = ofAll.y;
  result[3 * uniforms.rowCount + row] = ofSame.y;
  result[4 * uniforms.rowCount + row] = same.w;
  result[5 * uniforms.rowCount + row] = ofAll.z;
  result[6 * uniforms.rowCount + row] = ofAll.w;
  result[7 * uniforms.rowCount + row] = ofSame.z;
  result[8 * uniforms.rowCount + row] = ofSame.w;
}
`,
};
