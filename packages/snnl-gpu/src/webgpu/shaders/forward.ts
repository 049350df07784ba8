import { COMMON, PANEL_VECTORS, shaderOf, TILE, TILE_INVOCATIONS, unrolled } from './common';
import {
  distances,
  PAIR_DECLARATIONS,
  pairColumns,
  pairProducts,
  pairRows,
  withoutExcluded,
} from './distances';
import { inTile, PRODUCT_DECLARATIONS } from './product';

/** Two `vec4`s for each row from each of 8 invocations of each chunk of candidates. */
export const PARTIALS_PER_CHUNK = 8;

/**
 * Running log-sum-exps of 64 anchors over one chunk of candidates, tile by tile, as in flash
 * attention, relative to the nearest distance so far. Equations 1, 2, 4 and 10 of docs/math.md;
 * exponents are to base 2.
 *
 * `result` holds, for part p = 8 chunk + tx and row i, two `vec4`s: (-nearest, sum, weighted -d,
 * count) over the same class at 2 (p Npad + i) + 1, and over all at 2 (p Npad + i), where it has no
 * count. Of no pairs, -nearest is NOTHING.
 */
const shader = (name: string, levels: boolean) =>
  shaderOf({
    name,
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
    ${pairProducts(levels)}
    ${pairColumns('columnTile', 'columnStart')}
    ${unrolled(
      8,
      (r) => `
    {
      ${distances(r)}
      // Differences of distances come before any product with 1/T, which would round them away.
      let top = max(top${r}, max(largest(d0), largest(d1)));
      let keep = exp2((top${r} - top) * scale);
      var w0 = exp2((d0 - top) * scale);
      var w1 = exp2((d1 - top) * scale);
      ${withoutExcluded('w0', 'w1')}
      sum${r} = fma(sum${r}, keep, total(w0 + w1));
      mean${r} = fma(mean${r}, keep, total(w0 * d0 + w1 * d1));
      top${r} = top;
      if (any(same0 | same1)) {
        let own0 = select(vec4<f32>(NOTHING), d0, same0);
        let own1 = select(vec4<f32>(NOTHING), d1, same1);
        let sameTop = max(sameTop${r}, max(largest(own0), largest(own1)));
        let sameKeep = exp2((sameTop${r} - sameTop) * scale);
        // w times 2^((top - sameTop) / T), as long as neither factor leaves float32.
        var v0 = w0;
        var v1 = w1;
        if ((top - sameTop) * scale < 50.0) {
          let lift = exp2((top - sameTop) * scale);
          v0 *= lift;
          v1 *= lift;
        } else {
          v0 = exp2((own0 - sameTop) * scale);
          v1 = exp2((own1 - sameTop) * scale);
        }
        v0 = select(vec4<f32>(0.0), v0, same0);
        v1 = select(vec4<f32>(0.0), v1, same1);
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
  });

/** For rows that {@link needsLevels} and others. */
export const LOG_SUMS = { levels: shader('wideLogSums', true), flat: shader('logSums', false) };

/**
 * Merges the parts of LOG_SUMS, one invocation a row, always in the same order, and writes the nine
 * rows of the result. Sums over nothing are 0; what a bad input spoils is NaN.
 */
export const MERGE_SUMS = shaderOf({
  name: 'mergeSums',
  inputs: { parts: 4, rows: 1, poison: 1, temperature: 1 },
  outputComponents: 1,
  workgroup: 64,
  sizes: ['rowCount', 'padded', 'rowTiles', 'partCount'],
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
  var ofAll = softSums(all, top <= NOTHING);
  var ofSame = softSums(same, same.w == 0.0);
  let tile = row / ${TILE};
  let norm = rows[(tile * (uniforms.padded + 1) + uniforms.padded) * ${TILE} + row - tile * ${TILE}];
  if (norm < 0.0) {
    ofAll = vec4<f32>(0.0);
    ofSame = vec4<f32>(0.0);
    same.w = 0.0;
  } else if (poison[0] > 0.0 || !isFinite(norm)) {
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
});
