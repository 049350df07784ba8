import type { Shader } from '../pass';
import { ANCHORS, BLOCKS_HIGH, lines, range } from './common';
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
