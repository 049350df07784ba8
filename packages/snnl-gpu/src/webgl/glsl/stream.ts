import type { Shader } from '../pass';
import { ANCHORS, BLOCKS_HIGH, CANDIDATES, lines, range } from './common';
import { anchorHead, SCORE_INTS, SCORE_TEXTURES, scoreBlock } from './scores';

const groups = CANDIDATES / 4;
const over = (make: (group: number) => string, join: string): string =>
  range(groups).map(make).join(join);

/** Takes the scores \`prefix<group>\` into a running maximum, sum and weighted sum of scores. */
const update = (a: number, state: string, prefix: string): string => `
    {
      float top = ${groups === 1 ? `max4(${prefix}0)` : `max(${over((g) => `max4(${prefix}${g})`, ', ')})`};
      float raised = max(m${state}${a}, top);
      float scale = exp2(m${state}${a} - raised);
      ${over((g) => `vec4 e${g} = exp2(${prefix}${g} - raised);`, '\n      ')}
      t${state}${a} = t${state}${a} * scale + sum4(${over((g) => `e${g}`, ' + ')});
      w${state}${a} = w${state}${a} * scale + ${over((g) => `dot(e${g}, ${prefix}${g})`, ' + ')};
      m${state}${a} = raised;
    }`;

/**
 * One fragment: 8 anchors against one chunk of candidates. Target a holds, for anchor a of the
 * block: log-sum and mean score over the chunk, of all candidates and of those of its class, in
 * units of log 2; a log-sum is -ABSENT where there is no candidate, SPOILT where one is.
 */
export const STREAM: Shader = {
  name: 'stream',
  textures: SCORE_TEXTURES,
  ints: [...SCORE_INTS, 'chunks', 'chunk'],
  targets: ANCHORS,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int block = (at.x / chunks) * ${BLOCKS_HIGH} + at.y;
  int first = (at.x % chunks) * chunk;
  int end = min(first + chunk, m);
  bool spoilt = false;
  ${anchorHead()}
  ${lines(ANCHORS, (a) => `float mA${a} = FLOOR, tA${a} = 0.0, wA${a} = 0.0, mB${a} = FLOOR, tB${a} = 0.0, wB${a} = 0.0;`)}
  for (int c = first; c < end; c += ${CANDIDATES}) {
    ${scoreBlock(groups)}
    ${lines(groups, (g) => `spoilt = spoilt || max4(zn${g}) > 1.5e38;`)}
    ${lines(
      ANCHORS,
      (a) => `
    ${update(a, 'A', `s${a}_`)}
    {
      ${lines(groups, (g) => `vec4 b${g} = mix(vec4(-ABSENT), s${a}_${g}, equal(zl${g}, vec4(xl${a})));`)}
      ${update(a, 'B', 'b')}
    }`,
    )}
  }
  ${lines(
    ANCHORS,
    (a) => `
  out${a} = vec4(
    tA${a} > 0.0 ? mA${a} + log2(tA${a}) : -ABSENT, tA${a} > 0.0 ? wA${a} / tA${a} : 0.0,
    tB${a} > 0.0 ? mB${a} + log2(tB${a}) : -ABSENT, tB${a} > 0.0 ? wB${a} / tB${a} : 0.0);
  if (spoilt) out${a} = vec4(SPOILT);`,
  )}
}`,
};
