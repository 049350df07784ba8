import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Blocks, batchArea, blockArea } from './blocks';
import { flat, input, place } from './flat';
import { ANCHORS } from './glsl/common';
import { FINISH, weightsOf } from './glsl/gradient';
import type { Call } from './kernels';
import { type Draw, run, type Shader } from './pass';
import { sums, transposed } from './points';
import { pairInputs, pairInts } from './problem';

type Ints = Draw['ints'];

/** The draws from pairs to the gradient; who calls them decides which weights are held when. */
export interface Steps {
  /** Weights into textures of the layout that `ints` tell. */
  weigh(weights: readonly TensorInfo[], ints: Ints, area: Draw['area']): void;
  /** Products of weights and points for a batch of anchors, instead of or added to earlier ones. */
  apply(
    shader: Shader,
    weights: readonly TensorInfo[],
    draw: { batch: Blocks; ints: Ints; add?: boolean },
  ): void;
  /** The output from the products. */
  finish(): void;
}

const named = (names: readonly string[], infos: readonly TensorInfo[]) =>
  Object.fromEntries(names.flatMap((name, i) => (infos[i] ? [[name, infos[i]]] : [])));

const numbered = (name: string, infos: readonly TensorInfo[]) =>
  Object.fromEntries(infos.map((info, i) => [`${name}${i}`, info]));

/** @param symmetric Whether `candidateSums` are known to be `anchorSums`. */
export function gradientSteps(call: Call, symmetric: boolean): Steps {
  const { device, scratch, inputs, problem, output, outWidth, outHeight } = call;
  const { n, m, columns, x, z, firstPoint, temperature } = problem;
  const ofSums = (name: string, count: number) =>
    sums({ device, scratch }, flat(device, scratch, input(inputs, name)), count, temperature);
  const anchorSums = ofSums('anchorSums', n);
  const candidateSums = m === 0 || symmetric ? anchorSums : ofSums('candidateSums', m);
  const pairs = {
    ...pairInputs(problem),
    ...named(['xReferences', 'xUpstream'], anchorSums),
    ...named(['zReferences', 'zUpstream'], candidateSums),
  };
  const shared = pairInts(problem);
  const whole = blockArea(n, z.depth);
  const products = scratch.textures(ANCHORS, whole.width, whole.height);
  const wide = transposed({ device, scratch }, z);
  return {
    weigh: (weights, ints, area) =>
      run(device, weightsOf(z.depth), {
        inputs: pairs,
        ints: { ...shared, ...ints },
        outputs: weights,
        area,
      }),
    apply: (shader, weights, { batch, ints, add = false }) =>
      run(device, shader, {
        inputs: { x: x.info, z: wide, ...numbered('weights', weights) },
        ints: { ...shared, wideShift: z.wideShift, ...ints },
        outputs: products,
        area: batchArea(batch, z.depth),
        add,
      }),
    finish: () =>
      run(device, FINISH, {
        inputs: { ...numbered('part', products), xMarks: x.marks, temperature: temperature.info },
        ints: {
          ...{ n, columns, depth: z.depth, firstPoint, outWidth },
          ...place('temperature', temperature),
        },
        outputs: [output],
        area: { width: outWidth, height: outHeight },
      }),
  };
}
