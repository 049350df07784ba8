import type { Shader } from '../pass';
import { ANCHORS, lines, range } from './common';

const states = range(ANCHORS).map((a) => `state${a}`);

/** The texel `at` of one of eight textures. */
export const pick = (prefix: string): string => `
vec4 pick(int a, ivec2 at) {
  switch (a) {
    ${lines(ANCHORS - 1, (a) => `case ${a}: return texelFetch(${prefix}${a}, at, 0);`)}
    default: return texelFetch(${prefix}${ANCHORS - 1}, at, 0);
  }
}`;

/** The output [9, N] from the states of all chunks. */
export const COLLECT: Shader = {
  name: 'collect',
  textures: [...states, 'xMarks', 'temperature'],
  ints: [
    ...['n', 'firstPoint', 'selfOffset', 'chunks', 'outWidth'],
    ...['temperatureWidth', 'temperatureOffset'],
  ],
  targets: 1,
  body: `
${pick('state')}
vec4 stateAt(int i, bool same, int chunk) {
  int own = i % ${ANCHORS};
  ivec2 at = blockAt(i / ${ANCHORS}, 2 * chunks) + ivec2(2 * chunk + (own >> 2), 0);
  return pick((own & 3) + (same ? 4 : 0), at);
}
// The state (r, t, w) over all chunks, see STREAM; w < 0 where something is not finite.
vec3 gather(int i, bool same, float k2) {
  float r = FAR, t = 0.0, w = 0.0;
  for (int chunk = 0; chunk < chunks; chunk++) {
    vec4 v = stateAt(i, same, chunk);
    if (v.x > 1.5e38) return vec3(0, 0, -1);
    float lowered = min(r, v.x);
    float drop = r - lowered, rise = v.x - lowered;
    float scale = exp2(-drop * k2), factor = exp2(-rise * k2);
    w = w * scale + t * (drop * scale) + v.z * factor + v.y * (rise * factor);
    t = t * scale + v.y * factor;
    r = lowered;
  }
  return vec3(r, t, w);
}
float count(int i) {
  float total = selfOffset >= 0 ? -1.0 : 0.0;
  for (int chunk = 0; chunk < chunks; chunk++) total += stateAt(i, true, chunk).w;
  return total;
}
float collect(int row, int i) {
  if (row == 4) return count(i);
  if (at1(xMarks, firstPoint + i) > 1.5e38) return nan();
  float T = flatAt(temperature, temperatureWidth, temperatureOffset);
  float scaledT = scaledTemperature(T);
  vec3 state = gather(i, row == 1 || row == 3 || row > 6, LOG2E / scaledT);
  if (state.z < 0.0) return nan();
  if (state.y == 0.0) return 0.0;
  float relative = max(log2(state.y) * LN2, 0.0);
  if (row < 2) return relative - state.x / scaledT;
  if (row == 6 || row == 8) return relative;
  float value = row < 4 ? state.x + state.z / state.y : state.x;
  return value * two(powerOf(T)) * two(powerOf(T));
}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int flatIndex = at.y * outWidth + at.x;
  int row = flatIndex / n;
  out0 = vec4(row < 9 ? collect(row, flatIndex % n) : 0.0, 0, 0, 0);
}`,
};
