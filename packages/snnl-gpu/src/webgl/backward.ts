import type { TensorInfo } from '@tensorflow/tfjs-core';
import { batchArea, batches, blockArea } from './blocks';
import { flat, input, place } from './flat';
import { ANCHORS } from './glsl/common';
import { APPLY, FINISH, WEIGHTS } from './glsl/gradient';
import type { Call } from './kernels';
import { run } from './pass';
import { sums, transposed } from './points';
import { pairInputs, pairInts } from './problem';

/** Weights of pairs that are held at a time, 4 bytes each. */
const MOST_WEIGHTS = 2 ** 22;

const named = (names: readonly string[], infos: readonly TensorInfo[]) =>
  Object.fromEntries(names.flatMap((name, i) => (infos[i] ? [[name, infos[i]]] : [])));

const numbered = (name: string, infos: readonly TensorInfo[]) =>
  Object.fromEntries(infos.map((info, i) => [`${name}${i}`, info]));

/** Equation 5: weights of pairs for a batch of anchors, then their product with the points. */
export function backward(call: Call): void {
  const { device, scratch, inputs, problem, output, outWidth, outHeight } = call;
  const { n, m, columns, x, z, firstPoint, temperature } = problem;
  const ofSums = (name: string, count: number) =>
    sums({ device, scratch }, flat(device, scratch, input(inputs, name)), count);
  const anchorSums = ofSums('anchorSums', n);
  const candidateSums = m === 0 ? anchorSums : ofSums('candidateSums', m);

  const groups = Math.max(1, Math.ceil(m / 4));
  const width = Math.min(groups, device.maxSide);
  const lines = Math.ceil(groups / width);
  const most = Math.max(1, Math.floor(MOST_WEIGHTS / (groups * 4 * ANCHORS)));
  const parts = batches(n, m, z.depth, Math.min(most, Math.floor(device.maxSide / lines)));
  const height = Math.max(...parts.map(({ count }) => count)) * lines;
  const weights = scratch.textures(ANCHORS, width, height);
  const whole = blockArea(n, z.depth);
  const products = scratch.textures(ANCHORS, whole.width, whole.height);
  const wide = transposed({ device, scratch }, z);
  for (const batch of parts) {
    const ints = { ...pairInts(problem), firstBlock: batch.first, width, lines };
    run(device, WEIGHTS, {
      inputs: {
        ...pairInputs(problem),
        ...named(['xA', 'xB', 'xa', 'xb'], anchorSums),
        ...named(['zA', 'zB', 'za', 'zb'], candidateSums),
      },
      ints,
      outputs: weights,
      area: { width, height: batch.count * lines },
    });
    run(device, APPLY, {
      inputs: { x: x.info, z: wide.info, ...numbered('weights', weights) },
      ints: { ...ints, wideShift: wide.wideShift },
      outputs: products,
      area: batchArea(batch, z.depth),
    });
  }
  run(device, FINISH, {
    inputs: { ...numbered('part', products), xNorms: x.norms, temperature: temperature.info },
    ints: {
      ...{ n, columns, depth: z.depth, firstPoint, outWidth },
      ...place('temperature', temperature),
    },
    outputs: [output],
    area: { width: outWidth, height: outHeight },
  });
}
