import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend';
import { runShader, type Shader } from './shader';

/** Rows that one invocation sums: most batches take one round. The centre need not be exact. */
const ROWS = 256;

/**
 * `result[c, k]` = sum of `source[r, k]` over the rows r of chunk c, divided by `divisor`.
 * An invocation sums one column of one chunk; 64 neighbouring columns are a workgroup.
 */
const COLUMN_SUMS: Shader<'source', 'rows' | 'width' | 'divisor' | 'across'> = {
  name: 'columnSums',
  inputs: { source: 1 },
  outputComponents: 1,
  workgroup: 64,
  sizes: ['rows', 'width', 'divisor', 'across'],
  code: `
fn work(group : i32, local : i32) {
  let chunk = group / uniforms.across;
  let column = (group - chunk * uniforms.across) * 64 + local;
  if (column >= uniforms.width) { return; }
  let end = min((chunk + 1) * ${ROWS}, uniforms.rows);
  var sum = 0.0;
  for (var row = chunk * ${ROWS}; row < end; row++) {
    sum += source[row * uniforms.width + column];
  }
  result[chunk * uniforms.width + column] = sum / f32(uniforms.divisor);
}
`,
};

/** Mean of the rows, float32 `[D]`: in rounds, each of which leaves 1/256 of the rows. */
export function columnMean(
  backend: WebgpuBackend,
  source: TensorInfo,
  rows: number,
  width: number,
): TensorInfo {
  const across = Math.max(1, Math.ceil(width / 64));
  let current = source;
  for (let left = rows; ; ) {
    const chunks = Math.max(1, Math.ceil(left / ROWS));
    const output = runShader(backend, COLUMN_SUMS, {
      inputs: { source: current },
      sizes: { rows: left, width, divisor: chunks === 1 ? Math.max(rows, 1) : 1, across },
      groups: chunks * across,
      output: backend.makeTensorInfo([Math.max(1, chunks * width)], 'float32'),
    });
    if (current !== source) backend.disposeData(current.dataId);
    if (chunks === 1) return output;
    current = output;
    left = chunks;
  }
}
