import { PAIR_DECLARATIONS, pairColumns, pairRows, scores } from './pairs';
import { ACCUMULATORS, inTile, multiply, PRODUCT_DECLARATIONS } from './product';
import type { Shader } from './shader';
import { COMMON, PANEL_VECTORS, STEP, TILE, TILE_INVOCATIONS, unrolled } from './wgsl';

/** Two `vec4`s for each row from each of 8 invocations of each chunk of candidates. */
export const PARTIALS_PER_CHUNK = 8;

/**
 * Running log-sum-exps of 64 anchors over one chunk of candidates, tile by tile, as in flash
 * attention. Equations 1, 2 and 4 of docs/math.md; exponents are to base 2.
 *
 * `result` holds, for part p = 8 chunk + tx and row i, two `vec4`s: (m, sum, weighted -d, count)
 * over the same class at 2 (p Npad + i) + 1, and over all at 2 (p Npad + i), where it has no count.
 */
export const LOG_SUMS: Shader<
  'rows' | 'columns' | 'rowLabels' | 'columnLabels' | 'temperature',
  | 'rowCount'
  | 'columnCount'
  | 'selfOffset'
  | 'padded'
  | 'rowTiles'
  | 'columnTiles'
  | 'tilesPerChunk'
> = {
  name: 'logSums',
  inputs: { rows: 4, columns: 4, rowLabels: 1, columnLabels: 1, temperature: 1 },
  outputComponents: 4,
  workgroup: TILE_INVOCATIONS,
  sizes: [
    'rowCount',
    'columnCount',
    'selfOffset',
    'padded',
    'rowTiles',
    'columnTiles',
    'tilesPerChunk',
  ],
  code: `${COMMON}${PRODUCT_DECLARATIONS}${PAIR_DECLARATIONS}
fn total(v : vec4<f32>) -> f32 { return (v.x + v.y) + (v.z + v.w); }
fn largest(v : vec4<f32>) -> f32 { return max(max(v.x, v.y), max(v.z, v.w)); }

var<workgroup> chunkTiles : vec2<i32>;

fn work(group : i32, local : i32) {
  let ty = local >> 3u;
  let tx = local & 7;
  let chunk = group / uniforms.rowTiles;
  let rowTile = group - chunk * uniforms.rowTiles;
  let panelVectors = (uniforms.padded + 1) * ${PANEL_VECTORS};
  if (local == 0) {
    let first = chunk * uniforms.tilesPerChunk;
    chunkTiles = vec2<i32>(first, min(first + uniforms.tilesPerChunk, uniforms.columnTiles));
  }
  // The same for the whole workgroup, which the compiler must know, since loops hold barriers.
  let tiles = workgroupUniformLoad(&chunkTiles);
  let rowStart = rowTile * panelVectors;
  ${pairRows('rowTile')}
  ${unrolled(
    8,
    (r) => `
  var top${r} = NOTHING; var sum${r} = 0.0; var mean${r} = 0.0;
  var sameTop${r} = NOTHING; var sameSum${r} = 0.0; var sameMean${r} = 0.0; var count${r} = 0.0;`,
  )}
  for (var columnTile = tiles.x; columnTile < tiles.y; columnTile++) {
    let columnStart = columnTile * panelVectors;
    ${ACCUMULATORS}
    ${multiply({ buffer: 'rows', start: 'rowStart' }, { buffer: 'columns', start: 'columnStart' }, `uniforms.padded / ${STEP}`)}
    ${pairColumns('columnTile', 'columnStart')}
    ${unrolled(
      8,
      (r) => `
    {
      ${scores(r)}
      let top = max(top${r}, max(largest(s0), largest(s1)));
      let keep = exp2(top${r} - top);
      let w0 = exp2(s0 - top);
      let w1 = exp2(s1 - top);
      sum${r} = fma(sum${r}, keep, total(w0 + w1));
      mean${r} = fma(mean${r}, keep, total(w0 * d0 + w1 * d1));
      top${r} = top;
      if (any(same0 | same1)) {
        let own0 = select(vec4<f32>(NOTHING), s0, same0);
        let own1 = select(vec4<f32>(NOTHING), s1, same1);
        let sameTop = max(sameTop${r}, max(largest(own0), largest(own1)));
        let sameKeep = exp2(sameTop${r} - sameTop);
        let v0 = select(vec4<f32>(0.0), exp2(own0 - sameTop), same0);
        let v1 = select(vec4<f32>(0.0), exp2(own1 - sameTop), same1);
        sameSum${r} = fma(sameSum${r}, sameKeep, total(v0 + v1));
        sameMean${r} = fma(sameMean${r}, sameKeep, total(v0 * d0 + v1 * d1));
        sameTop${r} = sameTop;
        count${r} += total(vec4<f32>(same0) + vec4<f32>(same1));
      }
    }`,
    )}
  }
  let part = (chunk * 8 + tx) * uniforms.rowTiles * ${TILE} + rowTile * ${TILE};
  ${unrolled(
    8,
    (r) => `
  result[2 * (part + ${inTile('ty', r)})] = vec4<f32>(top${r}, sum${r}, mean${r}, 0.0);
  result[2 * (part + ${inTile('ty', r)}) + 1] =
      vec4<f32>(sameTop${r}, sameSum${r}, sameMean${r}, count${r});`,
  )}
}
`,
};
