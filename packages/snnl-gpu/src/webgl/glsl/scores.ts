import { ANCHORS, lines } from './common';

export const SCORE_TEXTURES = ['x', 'z', 'xNorms', 'zNorms', 'xLabels', 'zLabels'];
export const SCORE_INTS = ['n', 'm', 'depth', 'xShift', 'zShift', 'firstPoint', 'selfOffset'];

/** Loads a vector's values for the anchors of a fragment as name0, name1 ..., 4 a fetch. */
export const anchorValues = (name: string, vector: string): string => `
  ${lines(ANCHORS / 4, (g) => `vec4 ${name}Of${g} = at4(${vector}, block * ${ANCHORS / 4} + ${g});`)}
  ${lines(ANCHORS, (a) => `float ${name}${a} = ${name}Of${a >> 2}[${a & 3}];`)}`;

/** Declares what a fragment knows of its anchors: place, squared norm and label. */
export const anchorHead = (): string =>
  lines(
    ANCHORS,
    (a) => `
  int i${a} = min(block * ${ANCHORS} + ${a}, n - 1);
  ivec2 px${a} = rowAt(firstPoint + i${a}, depth, xShift);
  float xn${a} = at1(xNorms, firstPoint + i${a});
  float xl${a} = at1(xLabels, firstPoint + i${a});`,
  );

/**
 * Scores of all anchors of a fragment with 4 \`groups\` of candidates from index \`c\` on, as
 * s<anchor>_<group>, in units of log 2: at most 0, and below FLOOR where there is no pair.
 */
export const scoreBlock = (groups: number): string => `
    ${lines(ANCHORS, (a) => lines(groups, (g) => `vec4 s${a}_${g} = vec4(0);`))}
    ${lines(groups * 4, (q) => `ivec2 pz${q} = rowAt(c + ${q}, depth, zShift);`)}
    for (int k = 0; k < depth; k++) {
      ${lines(ANCHORS, (a) => `vec4 x${a} = texelFetch(x, px${a} + ivec2(k, 0), 0);`)}
      ${lines(
        groups * 4,
        (q) => `{
        vec4 y = texelFetch(z, pz${q} + ivec2(k, 0), 0);
        ${lines(ANCHORS, (a) => `s${a}_${q >> 2}[${q & 3}] += dot(x${a}, y);`)}
      }`,
      )}
    }
    int self = c - selfOffset - block * ${ANCHORS};
    bool selfHere = selfOffset >= 0 && self > -${groups * 4} && self < ${ANCHORS};
    ${lines(
      groups,
      (g) => `
    vec4 zn${g} = at4(zNorms, (c >> 2) + ${g});
    vec4 zl${g} = at4(zLabels, (c >> 2) + ${g});
    ivec4 j${g} = ivec4(c + ${4 * g}) + ivec4(0, 1, 2, 3) - selfOffset;
    ${lines(ANCHORS, (a) => `s${a}_${g} = min(2.0 * s${a}_${g} - xn${a} - zn${g}, 0.0);`)}
    if (selfHere) {
      ${lines(ANCHORS, (a) => `s${a}_${g} = mix(s${a}_${g}, vec4(-ABSENT), equal(j${g}, ivec4(i${a})));`)}
    }`,
    )}`;
