import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Batch, batchArea, batches, blockArea } from './blocks';
import { flat, input, place } from './flat';
import { ANCHORS } from './glsl/common';
import { APPLY, APPLY_MIRRORED, FINISH, WEIGHTS } from './glsl/gradient';
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

/**
 * Whether the weight of i and j is known to be that of j and i, and all of them can be held: a batch
 * against itself, where anchors and candidates share one tensor of sums.
 */
function isMirrored({ device, inputs, problem }: Call): boolean {
  const { n, m, selfOffset } = problem;
  const [own, others] = ['anchorSums', 'candidateSums'].map((name) => input(inputs, name).dataId);
  const blocks = Math.ceil(n / ANCHORS);
  const fits = (blocks * ANCHORS) ** 2 <= MOST_WEIGHTS && blocks * 2 <= device.maxSide;
  return fits && selfOffset === 0 && n === m && own === others;
}

/** How weights lie in a texture: a block of anchors takes `lines` lines of `width` texels. */
interface Layout {
  readonly parts: readonly Batch[];
  readonly width: number;
  readonly lines: number;
  readonly height: number;
}

function layout({ device, problem }: Call, mirrored: boolean): Layout {
  const { n, m, z } = problem;
  if (mirrored) {
    const height = Math.ceil(n / ANCHORS);
    return { parts: batches(n, m, z.depth), width: height * 2, lines: 1, height };
  }
  const groups = Math.max(1, Math.ceil(m / 4));
  const width = Math.min(groups, device.maxSide);
  const lines = Math.ceil(groups / width);
  const most = Math.max(1, Math.floor(MOST_WEIGHTS / (groups * 4 * ANCHORS)));
  const parts = batches(n, m, z.depth, Math.min(most, Math.floor(device.maxSide / lines)));
  return { parts, width, lines, height: Math.max(...parts.map(({ count }) => count)) * lines };
}

/** Equation 5: weights of pairs for a batch of anchors, then their product with the points. */
export function backward(call: Call): void {
  const { device, scratch, inputs, problem, output, outWidth, outHeight } = call;
  const { n, m, columns, x, z, firstPoint, temperature } = problem;
  const ofSums = (name: string, count: number) =>
    sums({ device, scratch }, flat(device, scratch, input(inputs, name)), count);
  const mirrored = isMirrored(call);
  const anchorSums = ofSums('anchorSums', n);
  const candidateSums = m === 0 || mirrored ? anchorSums : ofSums('candidateSums', m);

  const { parts, width, lines, height } = layout(call, mirrored);
  const weights = scratch.textures(ANCHORS, width, height);
  const whole = blockArea(n, z.depth);
  const products = scratch.textures(ANCHORS, whole.width, whole.height);
  const wide = transposed({ device, scratch }, z);
  const ints = { ...pairInts(problem), width, lines, wideShift: wide.wideShift };
  const weigh = ({ first, count }: Batch) =>
    run(device, WEIGHTS, {
      inputs: {
        ...pairInputs(problem),
        ...named(['xA', 'xB', 'xa', 'xb'], anchorSums),
        ...named(['zA', 'zB', 'za', 'zb'], candidateSums),
      },
      ints: { ...ints, firstBlock: mirrored ? 0 : first, mirrored: Number(mirrored) },
      outputs: weights,
      area: { y: mirrored ? first : 0, width, height: count * lines },
    });
  const apply = (batch: Batch) =>
    run(device, mirrored ? APPLY_MIRRORED : APPLY, {
      inputs: { x: x.info, z: wide.info, ...numbered('weights', weights) },
      ints: { ...ints, firstBlock: batch.first },
      outputs: products,
      area: batchArea(batch, z.depth),
    });
  if (mirrored) {
    parts.forEach(weigh);
    parts.forEach(apply);
  } else {
    for (const batch of parts) {
      weigh(batch);
      apply(batch);
    }
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
