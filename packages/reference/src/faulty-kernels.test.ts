import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { at } from './at.js';
import { defaultTolerance, type KernelAdapter, type KernelInputs, kernelChecks } from './checks.js';
import { createNaiveAdapter, naiveAdapter, type WholeAdapter } from './naive-adapter.js';

/** A kernel with one fault, and checks that must not let it pass. */
interface Fault {
  readonly fault: string;
  readonly adapter?: Partial<Pick<KernelAdapter, 'forward' | 'gradient'>>;
  readonly optional?: KernelAdapter['optional'];
  readonly caughtBy: readonly string[];
}

const { forward, gradient, optional } = naiveAdapter;
let calls = 0;

const faults: readonly Fault[] = [
  {
    fault: 'a sample counts as its own neighbour',
    adapter: { forward: (inputs) => forward(inputs, -1) },
    caughtBy: [
      'worked example of the article',
      '17 samples of 5 features',
      'sums: some lone anchors',
    ],
  },
  {
    fault: 'selfOffset taken for 0 where it is more',
    adapter: { forward: (inputs, offset) => forward(inputs, Math.min(offset, 0)) },
    caughtBy: [
      'sums of a batch within a memory',
      '33 anchors, 129 candidates, 17 features, selfOffset 41: candidates constant',
    ],
  },
  {
    fault: 'self pairs excluded only where both inputs are one tensor',
    adapter: {
      forward: (inputs, offset) =>
        forward(inputs, inputs.anchors === inputs.candidates ? offset : -1),
    },
    caughtBy: ['sums of a batch against itself, not said to be one'],
  },
  {
    fault: 'the id of no label taken for a class',
    adapter: {
      forward: (inputs, offset) => forward(withClass(inputs), offset),
      gradient: (inputs, offset) => gradient(withClass(inputs), offset),
    },
    caughtBy: [
      'a batch, labels: all but one',
      'two sets, labels: every other',
      'a batch within a memory, NaN in samples without a label',
    ],
  },
  {
    fault: 'sums 0.1 % off',
    adapter: {
      forward: (inputs, offset) => after(forward(inputs, offset), (t) => tf.mul(t, 1.001)),
    },
    caughtBy: ['squaredEuclidean: large norms', 'sums of anchors against other samples'],
  },
  {
    fault: 'points not centred',
    adapter: createNaiveAdapter(false),
    caughtBy: [
      'squaredEuclidean: common offset of 100',
      'all points moved together by more than 100',
    ],
  },
  {
    fault: 'temperature taken for 1',
    adapter: {
      forward: (inputs, offset) => forward({ ...inputs, temperature: tf.scalar(1) }, offset),
    },
    caughtBy: ['cosine: low temperature', 'features scaled by 2 and temperature by 4'],
  },
  {
    fault: 'a negative temperature taken for a positive one',
    adapter: {
      forward: (inputs, offset) =>
        forward({ ...inputs, temperature: tf.abs(inputs.temperature) }, offset),
    },
    caughtBy: ['temperature -1 makes everything NaN but the counts'],
  },
  {
    fault: 'last feature dropped where their number is odd',
    adapter: { forward: (inputs, offset) => forward(evenFeatures(inputs), offset) },
    caughtBy: ['17 samples of 5 features', '401 samples of 1 features'],
  },
  {
    fault: 'class ids compared by their leading digits alone',
    adapter: {
      forward: (inputs, offset) =>
        forward(
          {
            ...inputs,
            anchorLabels: tf.floorDiv(inputs.anchorLabels, 2048),
            candidateLabels: tf.floorDiv(inputs.candidateLabels, 2048),
          },
          offset,
        ),
    },
    caughtBy: ['classes renamed to ids near 2^24, next to each other and of both signs'],
  },
  {
    fault: 'a lone anchor has -Infinity',
    adapter: {
      forward: (inputs, offset) =>
        after(forward(inputs, offset), (t) => {
          const count = tf.slice(t, [4, 0], [1, -1]);
          const lowest = tf.fill(t.shape, Number.NEGATIVE_INFINITY);
          return tf.where(tf.greater(tf.add(count, tf.zerosLike(t)), 0), t, lowest);
        }),
    },
    caughtBy: ['a lone anchor has exactly 0 in rows 1, 3 and 4', 'sums: only lone anchors'],
  },
  {
    fault: 'NaN passed off as 0',
    adapter: {
      forward: (inputs, offset) => after(forward(inputs, offset), hideNaN),
      gradient: (inputs, offset) => after(gradient(inputs, offset), hideNaN),
    },
    caughtBy: [
      'temperature NaN makes everything NaN but the counts',
      'a feature Infinity in a candidate makes every anchor NaN',
      'a feature 1e+30 in an anchor that is no candidate makes that anchor NaN alone',
    ],
  },
  {
    fault: 'NaN of one anchor spread to all',
    adapter: {
      forward: (inputs, offset) =>
        after(forward(inputs, offset), (t) => tf.add(t, tf.mul(tf.sum(t, 1, true), 0))),
    },
    caughtBy: ['a feature NaN in an anchor that is no candidate makes that anchor NaN alone'],
  },
  {
    fault: "the candidates' share of the gradient dropped",
    adapter: {
      gradient: (inputs, offset) =>
        gradient({ ...inputs, candidateSums: tf.zerosLike(inputs.candidateSums) }, offset),
    },
    caughtBy: [
      'worked example of the article',
      'the gradients of a batch sum to zero',
      '33 anchors, 129 candidates, 17 features, selfOffset -1: every candidate an anchor elsewhere',
    ],
  },
  {
    fault: 'gradient too small by half',
    adapter: { gradient: (inputs, offset) => after(gradient(inputs, offset), (t) => tf.div(t, 2)) },
    caughtBy: ['gradient of anchors against other samples', 'sum x.dL/dx + 2 T dL/dT = 0'],
  },
  {
    fault: 'upstream gradients taken for 1',
    adapter: {
      gradient: (inputs, offset) =>
        gradient({ ...inputs, anchorSums: tf.sign(inputs.anchorSums) }, offset),
    },
    caughtBy: ['gradient of a batch against itself, said to be one', '31 samples of 33 features'],
  },
  {
    fault: 'log-sums handed over as one number, half a rounding off',
    adapter: {
      gradient: (inputs, offset) => {
        const { temperature } = inputs;
        const joined = (sums: tf.Tensor2D) => {
          const [n0, r0, n1, r1, a, b] = tf.unstack(sums) as tf.Tensor1D[];
          if (!n0 || !r0 || !n1 || !r1 || !a || !b) throw new Error('Expected six rows of sums.');
          // exp(-d / T - A): a relative log-sum of A beside a nearest distance of 0.
          const sum = (nearest: tf.Tensor, relative: tf.Tensor) =>
            tf.mul(tf.sub(relative, tf.div(nearest, temperature)), 1 - 2 ** -23);
          const zero = tf.zerosLike(n0);
          return tf.stack([zero, sum(n0, r0), zero, sum(n1, r1), a, b]) as tf.Tensor2D;
        };
        const anchorSums = joined(inputs.anchorSums);
        return gradient(
          { ...inputs, anchorSums, candidateSums: joined(inputs.candidateSums) },
          offset,
        );
      },
    },
    caughtBy: [
      '64 x 784, deviation 100 around 128, temperature 0.1: the weights of an anchor sum to 1',
    ],
  },
  {
    fault: 'the sums of the second set taken over the second set',
    optional: {
      SnnlCrossLogSums: (inputs) => {
        const sides = inputs as object as KernelInputs;
        const { candidates, candidateLabels } = sides;
        const within = { ...sides, anchors: candidates, anchorLabels: candidateLabels };
        return tf.concat([forward(sides, -1), forward(within, 0)], 1);
      },
    },
    caughtBy: ['sums of two random sets', 'sums of two sets: no anchors'],
  },
  {
    fault: 'NaN of one set kept from the other',
    optional: {
      SnnlCrossLogSums: (inputs) => hideNaN(first(optional.SnnlCrossLogSums(inputs, {}))),
    },
    caughtBy: ['a feature NaN in the candidates makes that sample and the whole other set NaN'],
  },
  {
    fault: 'the gradient of a batch for its rows of length 1, not as they were given',
    optional: {
      SnnlBatchLossGrad: (inputs, attrs) => {
        const length = tf.norm(inputs.features as tf.Tensor, 2, 1, true);
        return tf.mul(first(optional.SnnlBatchLossGrad(inputs, attrs)), attrs.cosine ? length : 1);
      },
    },
    caughtBy: ['loss, sums and gradient: {"n":64,"d":19,"cosine":true}'],
  },
  {
    fault: 'the loss of a batch taken as a sum where its mean was asked for',
    optional: {
      SnnlBatchLoss: (inputs, attrs) => optional.SnnlBatchLoss(inputs, { ...attrs, mean: false }),
    },
    caughtBy: ['loss, sums and gradient: {"n":64,"d":19,"cosine":false}'],
  },
  {
    fault: 'rows scaled by what loses squares too small',
    optional: {
      SnnlUnitRows: ({ x }) => {
        const length = tf.sqrt(tf.sum(tf.square(x as tf.Tensor), 1, true));
        return tf.divNoNan(x as tf.Tensor, length);
      },
    },
    caughtBy: ['rows 1e-30 long among others scaled to length 1, and back'],
  },
  {
    fault: 'the gradient of rows of length 1 along them left in',
    optional: {
      SnnlUnitRowsGrad: ({ x, dy }) =>
        tf.divNoNan(dy as tf.Tensor, tf.norm(x as tf.Tensor, 2, 1, true)),
    },
    caughtBy: ['65 rows of 33 features scaled to length 1, and back'],
  },
  {
    fault: 'lone anchors counted in the mean',
    optional: {
      SnnlReducedLoss: (inputs, attrs) =>
        attrs.mean
          ? tf.div(
              first(optional.SnnlReducedLoss(inputs, { mean: false })),
              (inputs.sums as tf.Tensor2D).shape[1],
            )
          : optional.SnnlReducedLoss(inputs, attrs),
    },
    caughtBy: ['loss of the sums of 130 anchors, mean true'],
  },
  {
    fault: 'slopes for lone anchors',
    optional: {
      SnnlLossAnchorSums: ({ sums, dy }, attrs) => {
        const all = tf.add(
          sums as tf.Tensor2D,
          tf.transpose(tf.oneHot(tf.tensor1d([4], 'int32'), 9)),
        );
        const counted = first(
          optional.SnnlLossAnchorSums({ sums: all, dy: dy as tf.Tensor }, attrs),
        );
        return tf.concat(
          [tf.slice(sums as tf.Tensor2D, 5, 4), tf.slice(counted as tf.Tensor2D, 4, 2)],
          0,
        );
      },
    },
    caughtBy: ['loss of the sums of 5 anchors, mean false'],
  },
  {
    fault: 'references of all in the place of those of the class',
    optional: {
      SnnlAnchorSums: ({ sums, dy }) => {
        const ofAll = tf.slice(sums as tf.Tensor2D, 5, 2);
        return tf.concat([ofAll, ofAll, tf.slice(dy as tf.Tensor2D, 0, 2)], 0);
      },
    },
    caughtBy: ['references and slopes of 5 anchors joined'],
  },
  {
    fault: 'different bits on every run',
    adapter: {
      forward: (inputs, offset) =>
        after(forward(inputs, offset), (t) => tf.mul(t, 1 + 2 ** -23 * (calls++ % 2))),
    },
    caughtBy: ['the same inputs give the same bits, also after other work'],
  },
  {
    fault: 'a tensor left behind',
    adapter: {
      gradient: (inputs, offset) => {
        tf.keep(tf.scalar(0));
        return gradient(inputs, offset);
      },
    },
    caughtBy: [
      'each call adds one tensor, its output, and nothing else',
      '3 samples of 2 features',
    ],
  },
  {
    fault: 'inputs overwritten',
    adapter: {
      forward: (inputs, offset) => {
        const output = forward(inputs, offset);
        // The cpu backend hands out the array it works on.
        inputs.anchors.dataSync().fill(0);
        return output;
      },
    },
    caughtBy: ['inputs are not modified'],
  },
  {
    fault: 'output transposed',
    adapter: {
      forward: (inputs, offset) => after(forward(inputs, offset), (t) => tf.transpose(t)),
    },
    caughtBy: ['2 samples of 3 features'],
  },
];

beforeAll(() => naiveAdapter.setup());

describe.each(faults)('$fault', ({ fault, adapter, optional: kernels, caughtBy }) => {
  const faulty = tidied({ ...naiveAdapter, ...adapter, optional: { ...optional, ...kernels } });

  test.each(caughtBy)('is caught by: %s', async (name) => {
    const [check, ...others] = kernelChecks.filter((candidate) => candidate.name === name);
    if (!check || others.length > 0) throw new Error(`Expected one check named '${name}'.`);
    const run = (kernels: KernelAdapter) =>
      check.run({ adapter: kernels, tolerance: defaultTolerance, runs: 30 });
    await expect(run(naiveAdapter)).resolves.toBeUndefined();
    const message = await run(faulty).then(
      () => 'nothing reported',
      (error: Error) => `${error.message} ${error.cause}`,
    );
    expect(message).not.toBe('nothing reported');
    // No other fault is to be caught for the tensors that this file makes on the way.
    expect(/left behind|tensors/.test(message)).toBe(fault === 'a tensor left behind');
  });
});

/** Frees what the faults above make on the way; what is kept on purpose stays. */
function tidied({ setup, forward, gradient, optional }: WholeAdapter): KernelAdapter {
  return {
    setup,
    forward: (inputs, offset) => tf.tidy(() => forward(inputs, offset)),
    gradient: (inputs, offset) => tf.tidy(() => gradient(inputs, offset)),
    optional: Object.fromEntries(
      Object.entries(optional).map(([kernel, run]) => [
        kernel,
        (inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap) => tf.tidy(() => run(inputs, attrs)),
      ]),
    ),
  };
}

const first = (outputs: tf.Tensor | tf.Tensor[]): tf.Tensor => at([outputs].flat(), 0);

function after(output: tf.Tensor2D, change: (output: tf.Tensor2D) => tf.Tensor): tf.Tensor2D {
  const changed = change(output);
  const [rows = 0, columns = 0] = changed.shape;
  return tf.reshape(changed, [rows, columns]);
}

/** The same with an id for samples without a label as any class has one. */
function withClass<Inputs extends KernelInputs>(inputs: Inputs): Inputs {
  const least = (labels: tf.Tensor1D) => tf.maximum<tf.Tensor1D>(labels, tf.scalar(-9, 'int32'));
  return {
    ...inputs,
    anchorLabels: least(inputs.anchorLabels),
    candidateLabels: least(inputs.candidateLabels),
  };
}

function hideNaN(tensor: tf.Tensor): tf.Tensor {
  return tf.where(tf.isNaN(tensor), tf.zerosLike(tensor), tensor);
}

function evenFeatures<Inputs extends KernelInputs>(inputs: Inputs): Inputs {
  const d = inputs.anchors.shape[1];
  const cut = (points: tf.Tensor2D) => tf.slice(points, [0, 0], [-1, d - (d % 2)]);
  return { ...inputs, anchors: cut(inputs.anchors), candidates: cut(inputs.candidates) };
}
