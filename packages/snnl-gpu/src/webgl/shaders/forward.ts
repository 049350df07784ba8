import { ANCHORS, BLOCKS_HIGH, lines, pick, range, type Shader } from './common';
import { anchorHead, distanceBlock, hasLevels, PAIR_INTS, PAIR_TEXTURES } from './distances';

/** Anchors of a fragment: each has a state of all candidates and one of its class, 8 targets in all. */
const OWN = ANCHORS / 2;
/** Candidates that a fragment works on at a time. */
export const CANDIDATES = 16;

const groups = CANDIDATES / 4;
const over = (make: (group: number) => string, join: string): string =>
  range(groups).map(make).join(join);

/**
 * Takes the distances \`prefix<group>\` into a state: nearest distance r, sum t of
 * exp((r - d) / T), and sum w of that times d - r.
 */
const update = (state: string, prefix: string): string => `
    {
      float lowered = r${state};
      ${over((g) => `lowered = min(lowered, min4(${prefix}${g}));`, '\n      ')}
      float drop = r${state} - lowered;
      float scale = exp2(-drop * k2);
      w${state} = w${state} * scale + t${state} * (drop * scale);
      t${state} *= scale;
      r${state} = lowered;
      ${over(
        (g) => `{
        vec4 f = ${prefix}${g} - lowered;
        vec4 e = exp2(-f * k2);
        t${state} += sum4(e);
        w${state} += dot(e, f);
      }`,
        '\n      ',
      )}
    }`;

/**
 * One fragment: half a block of anchors against one chunk of candidates. Target a holds the state
 * (r, t, w) of anchor a over all candidates of the chunk, target 4 + a that over those of its class and
 * their number, the anchor itself included; t is 0 where there is none, r SPOILT where one is.
 */
const stream = (levels: boolean): Shader => ({
  name: levels ? 'stream-levels' : 'stream',
  textures: [...PAIR_TEXTURES, 'temperature'],
  ints: [...PAIR_INTS, 'chunks', 'chunk', 'temperatureWidth', 'temperatureOffset'],
  targets: ANCHORS,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int cell = at.x >> 1;
  int block = (cell / chunks) * ${BLOCKS_HIGH} + at.y;
  int first = (cell % chunks) * chunk;
  int end = min(first + chunk, m);
  // exp(-d / T) = 2^(-d k2)
  float k2 = LOG2E / scaledTemperature(flatAt(temperature, temperatureWidth, temperatureOffset));
  float spoilt = 0.0;
  ${anchorHead(OWN, `block * ${ANCHORS} + (at.x & 1) * ${OWN}`)}
  ${lines(OWN, (a) => `float rA${a} = FAR, tA${a} = 0.0, wA${a} = 0.0, rB${a} = FAR, tB${a} = 0.0, wB${a} = 0.0, count${a} = 0.0;`)}
  for (int c = first; c < end; c += ${CANDIDATES}) {
    ${distanceBlock(OWN, groups, levels)}
    ${lines(
      groups,
      (g) => `spoilt = max(spoilt, max4(zm${g}));
    vec4 there${g} = vec4(notEqual(zm${g}, vec4(ABSENT)));`,
    )}
    ${lines(
      OWN,
      (a) => `
    ${update(`A${a}`, `d${a}_`)}
    {
      ${lines(
        groups,
        (g) => `bvec4 same${g} = equal(zl${g}, vec4(xl${a}));
      vec4 b${g} = mix(vec4(ABSENT), d${a}_${g}, same${g});
      count${a} += dot(vec4(same${g}), there${g});`,
      )}
      ${update(`B${a}`, 'b')}
    }`,
    )}
  }
  bool bad = spoilt > 1.5e38;
  ${lines(OWN, (a) => `out${a} = vec4(bad ? SPOILT : rA${a}, tA${a}, wA${a}, 0);`)}
  ${lines(OWN, (a) => `out${OWN + a} = vec4(bad ? SPOILT : rB${a}, tB${a}, wB${a}, count${a});`)}
}`,
});

const plain = stream(false);
const inLevels = stream(true);

/** The shader for points of `depth` texels. */
export const streamOf = (depth: number): Shader => (hasLevels(depth) ? inLevels : plain);

const states = range(ANCHORS).map((a) => `state${a}`);

/** The output [9, N] from the states of all chunks. */
export const COLLECT: Shader = {
  name: 'collect',
  textures: [...states, 'xMarks', 'xLabels', 'zLabels', 'temperature'],
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
  bool own = selfOffset >= 0 && at1(xLabels, firstPoint + i) == at1(zLabels, selfOffset + i);
  float total = own ? -1.0 : 0.0;
  for (int chunk = 0; chunk < chunks; chunk++) total += stateAt(i, true, chunk).w;
  return total;
}
float collect(int row, int i) {
  float mark = at1(xMarks, firstPoint + i);
  if (absent(mark)) return 0.0;
  if (row == 4) return count(i);
  if (mark > 1.5e38) return nan();
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
