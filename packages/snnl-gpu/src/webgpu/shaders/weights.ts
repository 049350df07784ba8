import { PANEL_VECTORS, shaderOf, TILE, TILE_INVOCATIONS, unrolled } from './common';
import {
  distances,
  PAIR_DECLARATIONS,
  pairColumns,
  pairProducts,
  pairRows,
  withoutExcluded,
} from './distances';
import { inTile, PRODUCT_DECLARATIONS } from './product';

const KINDS = ['All', 'Same'] as const;

/** Names of the variables that hold the sums of an invocation's rows and columns, four in each. */
const SUMS = ['row', 'column'].flatMap((side) =>
  KINDS.flatMap((kind) => [`${side}${kind}0`, `${side}${kind}1`]),
);

/** WGSL of a function that reads the sums of four rows or columns, over all (0) or the class (1). */
const reader = (name: string, buffer: string, count: string): string => {
  const four = (row: string) =>
    `vec4<f32>(${['x', 'y', 'z', 'w'].map((k) => `${buffer}[(${row}) * ${count} + at.${k}]`)})`;
  return `
fn ${name}(kind : i32, first : i32) -> Sums {
  let at = min(vec4<i32>(first, first + 1, first + 2, first + 3), vec4<i32>(${count} - 1));
  let upstream = ${four('4 + kind')};
  let none = upstream == vec4<f32>(0.0);
  return Sums(select(${four('2 * kind')}, vec4<f32>(0.0), none),
      select(${four('2 * kind + 1')} * LOG2E, vec4<f32>(0.0), none), upstream);
}
`;
};

/**
 * Statements that make G of row `r`. `share` is the expression of upstream * p for one half of the
 * row's pairs and one of SUMS, or component `k` of one.
 */
const weightsOf = (
  r: number,
  prepare: string,
  share: (half: number, sums: string, k?: number) => string,
): string => {
  const both = (half: number, kind: string) =>
    `${share(half, `row${kind}${r < 4 ? 0 : 1}`, r % 4)} +
          ${share(half, `column${kind}${half}`)}`;
  const half = (which: number) => `
      var w${which} = ${both(which, 'All')};
      if (any(same${which})) {
        w${which} += select(vec4<f32>(0.0), ${both(which, 'Same')}, same${which});
      }
      w${which} *= perT;`;
  return `
    {
      ${distances(r)}${prepare}${half(0)}${half(1)}
      ${withoutExcluded('w0', 'w1')}
      left${r} = w0;
      right${r} = w1;
    }`;
};

/** Whatever the sums: an exponential for each. */
const EACH_ITS_OWN = unrolled(8, (r) =>
  weightsOf(r, '', (half, sums, k) =>
    k === undefined
      ? `share(d${half}, scale, ${sums})`
      : `share(d${half}, scale, only(${sums}, ${k}))`,
  ),
);

/** Where all sums at hand are alike: one exponential serves for all four probabilities of a pair. */
const ONE_FOR_ALL = unrolled(8, (r) =>
  weightsOf(
    r,
    `
      // Two factors that are kept below 2^100 and from 2^-50 on.
      let e0 = exp2(min((reference + d0) * scale, vec4<f32>(100.0)));
      let e1 = exp2(min((reference + d1) * scale, vec4<f32>(100.0)));`,
    (half, sums, k) => {
      const of = (member: string) => (k === undefined ? member : `vec4<f32>(${member}[${k}])`);
      return `${of(`${sums}.upstream`)} * min(e${half} * ${of(`${sums}Factor`)}, vec4<f32>(1.0))`;
    },
  ),
);

/**
 * A block of G of equation 5 (docs/math.md), one 64 x 64 tile a workgroup, as panels of 64 rows:
 * `[columns of the block, 64]` each. Excluded pairs, also those of padding, have G = 0.
 */
const shader = (name: string, levels: boolean) =>
  shaderOf({
    name,
    inputs: {
      rows: 4,
      columns: 4,
      rowLabels: 1,
      columnLabels: 1,
      temperature: 1,
      rowSums: 1,
      columnSums: 1,
    },
    outputComponents: 4,
    workgroup: TILE_INVOCATIONS,
    sizes: [
      'rowCount',
      'columnCount',
      'selfOffset',
      'padded',
      'firstRowTile',
      'firstColumnTile',
      'blockColumnTiles',
    ],
    code: `${PRODUCT_DECLARATIONS}${PAIR_DECLARATIONS}
/** The references of log-sums, the relative one to base 2, and upstream gradients. */
struct Sums { nearest : vec4<f32>, relative : vec4<f32>, upstream : vec4<f32> }

${reader('sumsOfRows', 'rowSums', 'uniforms.rowCount')}
${reader('sumsOfColumns', 'columnSums', 'uniforms.columnCount')}
fn only(sums : Sums, k : i32) -> Sums {
  return Sums(vec4<f32>(sums.nearest[k]), vec4<f32>(sums.relative[k]), vec4<f32>(sums.upstream[k]));
}

/** upstream * p, equation 10: p is no more than 1, whatever a driver makes of a distance. */
fn share(d : vec4<f32>, scale : f32, sums : Sums) -> vec4<f32> {
  let exponent = (sums.nearest + d) * scale - sums.relative;
  return sums.upstream * exp2(min(exponent, vec4<f32>(0.0)));
}

/** The exponent of p at distance \`reference\`. */
fn toReference(reference : f32, scale : f32, sums : Sums) -> vec4<f32> {
  return (sums.nearest - vec4<f32>(reference)) * scale - sums.relative;
}

fn near(reference : f32, scale : f32, sums : Sums) -> bool {
  let close = abs(toReference(reference, scale, sums)) < vec4<f32>(50.0);
  return all(close | (sums.upstream == vec4<f32>(0.0)));
}

fn work(group : i32, local : i32) {
  let ty = local >> 3u;
  let tx = local & 7;
  let blockRowTile = group / uniforms.blockColumnTiles;
  let blockColumnTile = group - blockRowTile * uniforms.blockColumnTiles;
  let rowTile = uniforms.firstRowTile + blockRowTile;
  let columnTile = uniforms.firstColumnTile + blockColumnTile;
  let panelVectors = (uniforms.padded + 1) * ${PANEL_VECTORS};
  let rowStart = rowTile * panelVectors;
  let columnStart = columnTile * panelVectors;
  ${pairRows('rowTile')}
  ${pairProducts(levels)}
  ${pairColumns('columnTile', 'columnStart')}
  ${KINDS.map(
    (kind, which) => `
  let row${kind}0 = sumsOfRows(${which}, row0);
  let row${kind}1 = sumsOfRows(${which}, row4);
  let column${kind}0 = sumsOfColumns(${which}, column0);
  let column${kind}1 = sumsOfColumns(${which}, column1);`,
  ).join('')}
  let perT = -1.0 / temperature[0];
  // What underflows in e^((reference - d) / T) is a probability below 2^-76.
  let reference = rowAll0.nearest.x;
  if (${SUMS.map((sums) => `near(reference, scale, ${sums})`).join(' &&\n      ')}) {
    ${SUMS.map((sums) => `let ${sums}Factor = exp2(toReference(reference, scale, ${sums}));`).join('\n    ')}
    ${ONE_FOR_ALL}
  } else {
    ${EACH_ITS_OWN}
  }
  let into = (blockRowTile * uniforms.blockColumnTiles + blockColumnTile) * ${TILE * PANEL_VECTORS};
  ${unrolled(8, (c) => {
    const side = c < 4 ? 'left' : 'right';
    const at = `into + ${inTile('tx', c)} * ${PANEL_VECTORS} + ty`;
    const four = (start: number) =>
      `vec4<f32>(${[0, 1, 2, 3].map((r) => `${side}${start + r}[${c % 4}]`).join(', ')})`;
    return `  result[${at}] = ${four(0)};\n  result[${at} + 8] = ${four(4)};`;
  })}
}
`,
  });

/** For rows that {@link needsLevels} and others. */
export const WEIGHTS = { levels: shader('wideWeights', true), flat: shader('weights', false) };
