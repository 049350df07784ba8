import type { RunChecksOptions } from '@snnl/reference/checks';
import { env } from '@tensorflow/tfjs-core';
import { tooLarge } from '../../src/webgl/points';

/**
 * exp2 and log2 of a shader are good to a few units in the last place, and log-sums of chunks are
 * rounded once more; beside that the suite allows what float32 rounds anyway.
 */
const conformity: RunChecksOptions = {
  tolerance: { loss: 1e-5, gradient: 1e-5, reason: 'exp2 and log2 of shaders' },
  runs: 5,
};

/**
 * The suite for the webgl backend that runs, without the checks whose names match `large`. Rows of
 * 50,000 features and one more are left out where no texture is 12,501 texels wide: the kernels
 * decline such rows, as the test on scales shows.
 */
export function conformityHere(large?: RegExp): RunChecksOptions {
  const skipped = large === undefined ? [] : [large.source];
  const obstacle = tooLarge(5, 50_001, env().getNumber('WEBGL_MAX_TEXTURE_SIZE'));
  if (obstacle !== undefined) skipped.push('50,?000');
  return skipped.length === 0 ? conformity : { ...conformity, skip: RegExp(skipped.join('|')) };
}
