import { lines } from './common';

/** What all shaders that look at pairs read. */
export const PAIR_TEXTURES = ['x', 'z', 'xMarks', 'zMarks', 'xLabels', 'zLabels'];
export const PAIR_INTS = ['n', 'm', 'depth', 'xShift', 'zShift', 'firstPoint', 'selfOffset'];

/** Texels of 4 features that one sum runs over: the rounding of a sum grows with its length. */
export const LEVEL = 64;

/** Whether sums over `depth` texels take two levels. Both kernels ask here: their bits must agree. */
export const hasLevels = (depth: number): boolean => depth > LEVEL;

/** Declares what a fragment knows of its `anchors` from index `first` on: place and label. */
export const anchorHead = (anchors: number, first: string): string =>
  lines(
    anchors,
    (a) => `
  int i${a} = min(${first} + ${a}, n - 1);
  ivec2 px${a} = rowAt(firstPoint + i${a}, depth, xShift);
  float xl${a} = at1(xLabels, firstPoint + i${a});`,
  );

/** The part of the squared distances that the features of texels `from` to `to` add to \`name\`. */
const partialSums = (name: string, anchors: number, groups: number): string => `
    for (int k = from; k < to; k++) {
      ${lines(anchors, (a) => `vec4 x${a} = texelFetch(x, px${a} + ivec2(k, 0), 0);`)}
      ${lines(
        groups * 4,
        (q) => `{
        vec4 y = texelFetch(z, pz${q} + ivec2(k, 0), 0);
        vec4 v;
        ${lines(anchors, (a) => `v = x${a} - y; ${name}${a}_${q >> 2}[${q & 3}] += dot(v, v);`)}
      }`,
      )}
    }`;

/**
 * Squared distances of the anchors of a fragment to 4 \`groups\` of candidates from index \`c\` on, as
 * d<anchor>_<group>; FAR or more where there is no pair.
 *
 * Differences are taken before they are squared: the distance of two points keeps its digits however
 * far both lie from all others, and is that of the same two in exchanged roles to the bit. Weights
 * are probabilities only if both kernels come to the same bits, so the expression of a pair is this
 * one in every shader, whatever else a fragment does. GLSL ES 3.00 has no \`precise\`: a driver may
 * still contract or reorder the products of a dot differently in two programs. The self-test looks
 * for it; the clamp at weights of 1 holds in any case.
 */
export const distanceBlock = (anchors: number, groups: number, levels: boolean): string => {
  const each = (make: (name: string) => string): string =>
    lines(anchors, (a) => lines(groups, (g) => make(`${a}_${g}`)));
  return `
    ${each((pair) => `vec4 d${pair} = vec4(0);`)}
    ${lines(groups * 4, (q) => `ivec2 pz${q} = rowAt(c + ${q}, depth, zShift);`)}
    ${
      levels
        ? `for (int from = 0; from < depth; from += ${LEVEL}) {
      int to = min(from + ${LEVEL}, depth);
      ${each((pair) => `vec4 e${pair} = vec4(0);`)}
      ${partialSums('e', anchors, groups)}
      ${each((pair) => `d${pair} += e${pair};`)}
    }`
        : `int from = 0, to = depth;
    ${partialSums('d', anchors, groups)}`
    }
    int self = c - selfOffset - i0;
    bool selfHere = selfOffset >= 0 && self > -${groups * 4} && self < ${anchors};
    ${lines(
      groups,
      (g) => `
    vec4 zm${g} = at4(zMarks, (c >> 2) + ${g});
    vec4 zl${g} = at4(zLabels, (c >> 2) + ${g});
    ivec4 j${g} = ivec4(c + ${4 * g}) + ivec4(0, 1, 2, 3) - selfOffset;
    ${lines(anchors, (a) => `d${a}_${g} = max(d${a}_${g}, zm${g});`)}
    if (selfHere) {
      ${lines(anchors, (a) => `d${a}_${g} = mix(d${a}_${g}, vec4(ABSENT), equal(j${g}, ivec4(i${a})));`)}
    }`,
    )}`;
};
