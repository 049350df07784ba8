import type { Shader } from '../pass';
import { pick } from './collect';
import { ANCHORS, BLOCKS_HIGH, lines, range } from './common';
import { anchorHead, anchorValues, SCORE_INTS, SCORE_TEXTURES, scoreBlock } from './scores';

const SUM_NAMES = ['A', 'B', 'a', 'b'];
const weightTextures = range(ANCHORS).map((a) => `weights${a}`);
const partTextures = range(ANCHORS).map((a) => `part${a}`);

/**
 * -T G of equation 5 for 8 anchors and 4 candidates: target a holds anchor a's four. Texels of a
 * block of anchors lie in `lines` lines of `width`, from the candidates of `firstGroup` on. Where
 * they are `mirrored`, those below the diagonal stay 0: APPLY_PANEL reads the ones above it instead.
 */
export const WEIGHTS: Shader = {
  name: 'weights',
  textures: [
    ...SCORE_TEXTURES,
    ...SUM_NAMES.map((name) => `x${name}`),
    ...SUM_NAMES.map((name) => `z${name}`),
  ],
  ints: [...SCORE_INTS, 'firstBlock', 'firstGroup', 'width', 'lines', 'mirrored'],
  targets: ANCHORS,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int block = firstBlock + at.y / lines;
  int group = firstGroup + (at.y % lines) * width + at.x;
  int c = group * 4;
  if (mirrored != 0 && c < block * ${ANCHORS}) {
    ${lines(ANCHORS, (a) => `out${a} = vec4(0);`)}
    return;
  }
  ${anchorHead()}
  ${lines(4, (row) => anchorValues(`own${SUM_NAMES[row]}`, `x${SUM_NAMES[row]}`))}
  ${scoreBlock(1)}
  vec4 A = at4(zA, group), B = at4(zB, group), a = at4(za, group), b = at4(zb, group);
  bvec4 spoilt = greaterThan(zn0, vec4(1.5e38));
  ${lines(
    ANCHORS,
    (q) => `
  {
    vec4 s = s${q}_0;
    vec4 same = mix(vec4(-ABSENT), s, equal(zl0, vec4(xl${q})));
    vec4 w = owna${q} * exp2(s - ownA${q}) + a * exp2(s - A)
      + (ownb${q} * exp2(same - ownB${q}) + b * exp2(same - B));
    out${q} = mix(w, vec4(nan()), spoilt);
  }`,
  )}
}`,
};

/** Adds the products of the weights of 8 anchors and 4 candidates, at `cell` and from `line` on. */
const addGroup = `
    ${lines(4, (q) => `vec4 z${q} = texelFetch(z, line + ivec2(${q}, 0), 0);`)}
    ${lines(
      ANCHORS,
      (a) => `{
      vec4 w = texelFetch(weights${a}, cell, 0);
      r${a} += w;
      p${a} += w.x * z0 + w.y * z1 + w.z * z2 + w.w * z3;
    }`,
    )}`;

/** What a walk over candidates starts from. */
const applyHead = `
  ivec2 at = ivec2(gl_FragCoord.xy);
  int block = (at.x / depth) * ${BLOCKS_HIGH} + at.y;
  ivec2 feature = ivec2(at.x % depth, 0);
  ${lines(ANCHORS, (a) => `vec4 p${a} = vec4(0), r${a} = vec4(0);`)}`;

/** Where the features of candidates lie in transposed points. */
const lineAt = `
ivec2 lineAt(int candidate, int feature) {
  return ivec2(candidate & ((1 << wideShift) - 1), (candidate >> wideShift) * depth + feature);
}`;

const applyTail = (rowSum: (a: number) => string): string =>
  lines(
    ANCHORS,
    (a) => `{
    int i = min(block * ${ANCHORS} + ${a}, n - 1);
    vec4 own = texelFetch(x, rowAt(firstPoint + i, depth, xShift) + feature, 0);
    out${a} = own * (${rowSum(a)}) - p${a};
  }`,
  );

/** x rowsum(W) - W z for 8 anchors and 4 features: target a holds anchor a's four. */
export const APPLY: Shader = {
  name: 'apply',
  textures: ['x', 'z', ...weightTextures],
  ints: [
    ...['n', 'm', 'depth', 'xShift', 'wideShift', 'firstPoint'],
    ...['firstBlock', 'width', 'lines'],
  ],
  targets: ANCHORS,
  body: `${lineAt}
void main() {
  ${applyHead}
  int top = (block - firstBlock) * lines;
  int groups = (m + 3) / 4;
  for (int y = 0; y < lines; y++) {
    int end = min(width, groups - y * width);
    for (int g = 0; g < end; g++) {
      ivec2 cell = ivec2(g, top + y);
      ivec2 line = lineAt((y * width + g) * 4, feature.x);
      ${addGroup}
    }
  }
  ${applyTail((a) => `sum4(r${a})`)}
}`,
};

/**
 * The same from a panel of weights for the anchors of the blocks from `top` on and the candidates
 * of those from `left` on, of a batch against itself: the weight of i and j is that of j and i.
 * `straight` groups of candidates are read as they lie, for the anchors of `top`; `turned` blocks
 * are read as candidates, for the anchors of `left`. Where both are the same blocks, the panel has
 * the weights on and above the diagonal only, and each fragment reads both.
 */
export const APPLY_PANEL: Shader = {
  name: 'apply-panel',
  textures: ['x', 'z', ...weightTextures],
  ints: [
    ...['n', 'depth', 'xShift', 'wideShift', 'firstPoint'],
    ...['top', 'left', 'straight', 'turned'],
  ],
  targets: ANCHORS,
  body: `${lineAt}
void main() {
  ${applyHead}
  vec4 low = vec4(0), high = vec4(0);
  int end = min(turned, block - top);
  for (int row = 0; row < end; row++) {
    ivec2 cell = ivec2((block - left) * 2, row);
    ivec2 line = lineAt((top + row) * ${ANCHORS}, feature.x);
    ${lines(
      ANCHORS,
      (q) => `{
      vec4 y = texelFetch(z, line + ivec2(${q}, 0), 0);
      vec4 v = texelFetch(weights${q}, cell, 0), w = texelFetch(weights${q}, cell + ivec2(1, 0), 0);
      low += v;
      high += w;
      ${lines(ANCHORS, (a) => `p${a} += ${a < 4 ? 'v' : 'w'}[${a & 3}] * y;`)}
    }`,
    )}
  }
  for (int g = max(0, (block - left) * 2); g < straight; g++) {
    ivec2 cell = ivec2(g, block - top);
    ivec2 line = lineAt((left * 2 + g) * 4, feature.x);
    ${addGroup}
  }
  ${applyTail((a) => `sum4(r${a}) + ${a < 4 ? 'low' : 'high'}[${a & 3}]`)}
}`,
};

/** The output [N, D]: -2 / sqrt(T log2(e)) times the parts, as points are scaled. */
export const FINISH: Shader = {
  name: 'finish',
  textures: [...partTextures, 'xNorms', 'temperature'],
  ints: [
    ...['n', 'columns', 'depth', 'firstPoint', 'outWidth'],
    ...['temperatureWidth', 'temperatureOffset'],
  ],
  targets: 1,
  body: `
${pick('part')}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int flatIndex = at.y * outWidth + at.x;
  int i = flatIndex / columns;
  int column = flatIndex % columns;
  float value = 0.0;
  if (i < n) {
    float T = flatAt(temperature, temperatureWidth, temperatureOffset);
    vec4 part = pick(i % ${ANCHORS}, blockAt(i / ${ANCHORS}, depth) + ivec2(column >> 2, 0));
    value = part[column & 3] * (-2.0 / sqrt(T * LOG2E));
    if (at1(xNorms, firstPoint + i) > 1.5e38) value = nan();
  }
  out0 = vec4(value, 0, 0, 0);
}`,
};
