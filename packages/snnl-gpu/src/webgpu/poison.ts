import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend';
import { paddedWidth } from './pack';
import { runShader, type Shader } from './shader';
import { COMMON, TILE } from './wgsl';

/**
 * `result[0]` = 1 where a candidate or the temperature spoils every result, else 0. A temperature
 * must be from 2^-126, below which most GPUs take numbers for 0, to 2^126, where 1/T gets there.
 */
const POISON: Shader<'panels' | 'temperature', 'rows' | 'padded'> = {
  name: 'poison',
  inputs: { panels: 1, temperature: 1 },
  outputComponents: 1,
  workgroup: 256,
  sizes: ['rows', 'padded'],
  code: `${COMMON}
var<workgroup> found : array<i32, 256>;

fn work(group : i32, local : i32) {
  let bits = bitcast<u32>(temperature[0]);
  var bad = bits < 0x00800000u || bits > 0x7e800000u;
  for (var row = local; row < uniforms.rows; row += 256) {
    let tile = row / ${TILE};
    let norm = panels[(tile * (uniforms.padded + 1) + uniforms.padded) * ${TILE} + row - tile * ${TILE}];
    bad = bad || !isFinite(norm);
  }
  found[local] = select(0, 1, bad);
  workgroupBarrier();
  if (local > 0) { return; }
  var any = 0;
  for (var i = 0; i < 256; i++) { any |= found[i]; }
  result[0] = f32(any);
}
`,
};

/** Whether everything is spoilt, float32 `[1]`. */
export function poison(
  backend: WebgpuBackend,
  panels: TensorInfo,
  temperature: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  return runShader(backend, POISON, {
    inputs: { panels, temperature },
    sizes: { rows, padded: paddedWidth(width) },
    groups: 1,
    output: backend.makeTensorInfo([1], 'float32'),
  });
}
