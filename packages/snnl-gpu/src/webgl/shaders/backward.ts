import { ANCHORS, BLOCKS_HIGH, lines, pick, range, type Shader } from './common';
import { anchorHead, distanceBlock, hasLevels, PAIR_INTS, PAIR_TEXTURES } from './distances';

const weightTextures = range(ANCHORS).map((a) => `weights${a}`);
const partTextures = range(ANCHORS).map((a) => `part${a}`);

/** The texels of the four candidates from `c` on. */
const fetches = (name: string): string =>
  range(4)
    .map((q) => `texelFetch(${name}, vectorAt(c + ${q}), 0)`)
    .join(', ');

/**
 * -T G of equation 5 for 8 anchors and 4 candidates: target a holds anchor a's four. Texels of a
 * block of anchors lie in `lines` lines of `width`, from the candidates of `firstGroup` on. Where
 * they are `mirrored`, those below the diagonal stay 0: APPLY_PANEL reads the ones above it instead.
 */
const weights = (levels: boolean): Shader => ({
  name: levels ? 'weights-levels' : 'weights',
  textures: [
    ...PAIR_TEXTURES,
    ...['xReferences', 'zReferences', 'xUpstream', 'zUpstream', 'temperature'],
  ],
  ints: [
    ...[...PAIR_INTS, 'firstBlock', 'firstGroup', 'width', 'lines', 'mirrored'],
    ...['temperatureWidth', 'temperatureOffset'],
  ],
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
  float k2 = LOG2E / scaledTemperature(flatAt(temperature, temperatureWidth, temperatureOffset));
  ${anchorHead(ANCHORS, `block * ${ANCHORS}`)}
  ${distanceBlock(ANCHORS, 1, levels)}
  // Columns: nearest and relative of all, the same of the class; upstream of all and of the class.
  mat4 theirs = transpose(mat4(${fetches('zReferences')}));
  mat4 up = transpose(mat4(${fetches('zUpstream')}));
  bvec4 spoilt = greaterThan(zm0, vec4(1.5e38));
  ${lines(
    ANCHORS,
    (q) => `
  {
    vec4 r = texelFetch(xReferences, vectorAt(i${q}), 0), u = texelFetch(xUpstream, vectorAt(i${q}), 0);
    vec4 d = d${q}_0;
    // These are its weights as a candidate of the others too.
    if (absent(at1(xMarks, firstPoint + i${q}))) d = vec4(ABSENT);
    vec4 w = u.x * exp2(min((r.x - d) * k2 - r.y, 0.0))
      + up[0] * exp2(min((theirs[0] - d) * k2 - theirs[1], 0.0));
    d = mix(vec4(ABSENT), d, equal(zl0, vec4(xl${q})));
    w += u.y * exp2(min((r.z - d) * k2 - r.w, 0.0))
      + up[1] * exp2(min((theirs[2] - d) * k2 - theirs[3], 0.0));
    out${q} = mix(w, vec4(nan()), spoilt);
  }`,
  )}
}`,
});

const plain = weights(false);
const inLevels = weights(true);

/** The shader of weights for points of `depth` texels. */
export const weightsOf = (depth: number): Shader => (hasLevels(depth) ? inLevels : plain);

/** Adds the products of the weights of 8 anchors and 4 candidates, at `cell` and from `line` on. */
const addGroup = `
    ${lines(4, (q) => `vec4 z${q} = texelFetch(z, line + ivec2(${q}, 0), 0);`)}
    ${lines(
      ANCHORS,
      (a) => `{
      vec4 w = texelFetch(weights${a}, cell, 0);
      p${a} += w.x * (x${a} - z0) + w.y * (x${a} - z1) + w.z * (x${a} - z2) + w.w * (x${a} - z3);
    }`,
    )}`;

/** What a walk over candidates starts from: the features of the anchors, and empty sums. */
const applyHead = `
  ivec2 at = ivec2(gl_FragCoord.xy);
  int block = (at.x / depth) * ${BLOCKS_HIGH} + at.y;
  ivec2 feature = ivec2(at.x % depth, 0);
  ${lines(
    ANCHORS,
    (a) => `
  int i${a} = firstPoint + min(block * ${ANCHORS} + ${a}, n - 1);
  vec4 x${a} = texelFetch(x, rowAt(i${a}, depth, xShift) + feature, 0), p${a} = vec4(0);`,
  )}`;

/** Where the features of candidates lie in transposed points. */
const lineAt = `
ivec2 lineAt(int candidate, int feature) {
  return ivec2(candidate & ((1 << wideShift) - 1), (candidate >> wideShift) * depth + feature);
}`;

const applyTail = lines(ANCHORS, (a) => `out${a} = p${a};`);

/** The sum of W (x - z) over candidates z, for 8 anchors and 4 features: target a holds anchor a's four. */
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
  ${applyTail}
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
  int end = min(turned, block - top);
  for (int row = 0; row < end; row++) {
    ivec2 cell = ivec2((block - left) * 2, row);
    ivec2 line = lineAt((top + row) * ${ANCHORS}, feature.x);
    ${lines(
      ANCHORS,
      (q) => `{
      vec4 y = texelFetch(z, line + ivec2(${q}, 0), 0);
      vec4 v = texelFetch(weights${q}, cell, 0), w = texelFetch(weights${q}, cell + ivec2(1, 0), 0);
      ${lines(ANCHORS, (a) => `p${a} += ${a < 4 ? 'v' : 'w'}[${a & 3}] * (x${a} - y);`)}
    }`,
    )}
  }
  for (int g = max(0, (block - left) * 2); g < straight; g++) {
    ivec2 cell = ivec2(g, block - top);
    ivec2 line = lineAt((left * 2 + g) * 4, feature.x);
    ${addGroup}
  }
  ${applyTail}
}`,
};

/** The output [N, D]: -2 / T times the parts, which are scaled as points are. */
export const FINISH: Shader = {
  name: 'finish',
  textures: [...partTextures, 'xMarks', 'temperature'],
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
    value = part[column & 3] * (-2.0 / scaledTemperature(T)) * two(-powerOf(T));
    float mark = at1(xMarks, firstPoint + i);
    if (absent(mark)) value = 0.0;
    if (mark > 1.5e38) value = nan();
  }
  out0 = vec4(value, 0, 0, 0);
}`,
};
