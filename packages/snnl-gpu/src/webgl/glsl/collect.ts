import type { Shader } from '../pass';
import { ANCHORS, lines, range, VECTOR_WIDTH } from './common';

const states = range(ANCHORS).map((a) => `state${a}`);

/** The texel \`at\` of one of eight textures. */
export const pick = (prefix: string): string => `
vec4 pick(int a, ivec2 at) {
  switch (a) {
    ${lines(ANCHORS - 1, (a) => `case ${a}: return texelFetch(${prefix}${a}, at, 0);`)}
    default: return texelFetch(${prefix}${ANCHORS - 1}, at, 0);
  }
}`;

/** Candidates of the class of each anchor, itself left out, as a vector. */
export const COUNT: Shader = {
  name: 'count',
  textures: ['xLabels', 'zLabels'],
  ints: ['n', 'm', 'firstPoint', 'selfOffset'],
  targets: 1,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int first = (at.y * ${VECTOR_WIDTH} + at.x) * 4;
  vec4 count = vec4(selfOffset >= 0 ? -1.0 : 0.0);
  if (first < n) {
    ${lines(4, (a) => `vec4 label${a} = vec4(at1(xLabels, firstPoint + first + ${a}));`)}
    for (int g = 0; g < (m + 3) / 4; g++) {
      vec4 ids = at4(zLabels, g);
      vec4 there = vec4(lessThan(ivec4(g * 4) + ivec4(0, 1, 2, 3), ivec4(m)));
      count += vec4(${range(4)
        .map((a) => `dot(vec4(equal(ids, label${a})), there)`)
        .join(', ')});
    }
  }
  out0 = count;
}`,
};

/** The output [5, N] from the states of all chunks. */
export const COLLECT: Shader = {
  name: 'collect',
  textures: [...states, 'xNorms', 'counts', 'temperature'],
  ints: [
    ...['n', 'firstPoint', 'chunks', 'outWidth'],
    ...['temperatureWidth', 'temperatureOffset'],
  ],
  targets: 1,
  body: `
${pick('state')}
float collect(int row, int i) {
  if (at1(xNorms, firstPoint + i) > 1.5e38) return nan();
  int column = (row & 1) * 2;
  float top = FLOOR, total = 0.0, weighted = 0.0;
  ivec2 at = blockAt(i / ${ANCHORS}, chunks);
  for (int chunk = 0; chunk < chunks; chunk++) {
    vec4 v = pick(i % ${ANCHORS}, at + ivec2(chunk, 0));
    if (v.x > 1.5e38) return nan();
    float raised = max(top, v[column]);
    float scale = exp2(top - raised);
    float e = exp2(v[column] - raised);
    total = total * scale + e;
    weighted = weighted * scale + e * v[column + 1];
    top = raised;
  }
  if (total == 0.0) return 0.0;
  if (row < 2) return (top + log2(total)) * LN2;
  return -(weighted / total) * LN2 * flatAt(temperature, temperatureWidth, temperatureOffset);
}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int flatIndex = at.y * outWidth + at.x;
  int row = flatIndex / n;
  int i = flatIndex % n;
  float value = 0.0;
  if (row < 4) value = collect(row, i);
  else if (row == 4) value = at1(counts, i);
  out0 = vec4(value, 0, 0, 0);
}`,
};
