import type { Shader } from '../pass';
import { pick } from './collect';
import { ANCHORS, lines, range } from './common';
import { anchorHead, SCORE_INTS, SCORE_TEXTURES, scoreBlock } from './scores';

const SUM_NAMES = ['A', 'B', 'a', 'b'];
const weightTextures = range(ANCHORS).map((a) => `weights${a}`);
const partTextures = range(ANCHORS).map((a) => `part${a}`);

/**
 * -T G of equation 5 for 8 anchors and 4 candidates: target a holds anchor a's four. Texels of a
 * block of anchors lie in \`lines\` lines of \`width\`.
 */
export const WEIGHTS: Shader = {
  name: 'weights',
  textures: [
    ...SCORE_TEXTURES,
    ...SUM_NAMES.map((name) => `x${name}`),
    ...SUM_NAMES.map((name) => `z${name}`),
  ],
  ints: [...SCORE_INTS, 'firstBlock', 'width', 'lines'],
  targets: ANCHORS,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int block = firstBlock + at.y / lines;
  int group = (at.y % lines) * width + at.x;
  int c = group * 4;
  ${anchorHead()}
  ${scoreBlock(1)}
  vec4 A = at4(zA, group), B = at4(zB, group), a = at4(za, group), b = at4(zb, group);
  bvec4 spoilt = greaterThan(zn0, vec4(1.5e38));
  ${lines(
    ANCHORS,
    (q) => `
  {
    vec4 s = s${q}_0;
    vec4 same = mix(vec4(-ABSENT), s, equal(zl0, vec4(xl${q})));
    vec4 w = at1(xa, i${q}) * exp2(s - at1(xA, i${q})) + a * exp2(s - A)
      + (at1(xb, i${q}) * exp2(same - at1(xB, i${q})) + b * exp2(same - B));
    out${q} = mix(w, vec4(nan()), spoilt);
  }`,
  )}
}`,
};

/** x rowsum(W) - W z for 8 anchors and 4 features: target a holds anchor a's four. */
export const APPLY: Shader = {
  name: 'apply',
  textures: ['x', 'z', ...weightTextures],
  ints: [
    ...['n', 'm', 'depth', 'xShift', 'wideShift', 'firstPoint'],
    ...['firstBlock', 'width', 'lines'],
  ],
  targets: ANCHORS,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int block = (at.x / depth) * 4096 + at.y;
  ivec2 feature = ivec2(at.x % depth, 0);
  int top = (block - firstBlock) * lines;
  ${lines(ANCHORS, (a) => `vec4 p${a} = vec4(0), r${a} = vec4(0);`)}
  int groups = (m + 3) / 4;
  for (int g = 0; g < groups; g++) {
    ivec2 cell = ivec2(g % width, top + g / width);
    ivec2 line = ivec2((g * 4) & ((1 << wideShift) - 1), ((g * 4) >> wideShift) * depth + feature.x);
    ${lines(4, (q) => `vec4 z${q} = texelFetch(z, line + ivec2(${q}, 0), 0);`)}
    ${lines(
      ANCHORS,
      (a) => `{
      vec4 w = texelFetch(weights${a}, cell, 0);
      r${a} += w;
      p${a} += w.x * z0 + w.y * z1 + w.z * z2 + w.w * z3;
    }`,
    )}
  }
  ${lines(
    ANCHORS,
    (a) => `{
    int i = min(block * ${ANCHORS} + ${a}, n - 1);
    vec4 own = texelFetch(x, rowAt(firstPoint + i, depth, xShift) + feature, 0);
    out${a} = own * sum4(r${a}) - p${a};
  }`,
  )}
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
