import * as tf from '@tensorflow/tfjs-core';
import { ANCHOR_SUMS, LOSS_ANCHOR_SUMS, REDUCED_LOSS } from 'snnl-layer';

/** Anchors 0 and 2 with losses 2 and 3 at T = 2, anchor 1 is lone. */
const SUMS = [
  [-1, -2, 1],
  [-3, 0, -2],
  [9, 9, 9],
  [9, 0, 9],
  [4, 0, 1],
  [6, 8, 2],
  [2, 2, 2],
  [8, 0, 4],
  [1, 0, 0],
];
const LONE = [[-1], [0], [1], [0], [0], [2], [3], [0], [0]];

export interface LossReport {
  /** Sum and mean of the anchors above, of 500 of each of them, and of none. */
  readonly losses: readonly number[];
  /** Of a lone anchor, and of one whose relative log-sum is NaN. */
  readonly lone: readonly number[];
  /** `[6, 3]` for the sum and for the mean, with an upstream gradient of 8. */
  readonly lossAnchorSums: readonly number[][];
  /** `[6, 3]`, with the negative sums as upstream gradients. */
  readonly anchorSums: readonly number[];
}

async function run(kernel: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}) {
  const result = tf.engine().runKernel(kernel, inputs, attrs) as tf.Tensor;
  const values = Array.from(await result.data());
  tf.dispose([result, ...Object.values(inputs)]);
  return values;
}

async function loss(rows: readonly (readonly number[])[], mean: boolean): Promise<number> {
  const sums = tf.tensor2d(rows.flat(), [9, rows[0]?.length ?? 0]);
  const [value = Number.NaN] = await run(
    REDUCED_LOSS,
    { sums, temperature: tf.scalar(2) },
    { mean },
  );
  return value;
}

export async function lossKernels(): Promise<LossReport> {
  const many = SUMS.map((row) => row.flatMap((value) => new Array<number>(500).fill(value)));
  const none = SUMS.map(() => []);
  const spoilt = LONE.map((row, r) => (r === 6 ? [Number.NaN] : row));
  const ofLoss = (mean: boolean) =>
    run(LOSS_ANCHOR_SUMS, { sums: tf.tensor2d(SUMS), dy: tf.scalar(8) }, { mean });
  const losses: number[] = [];
  for (const rows of [SUMS, many, none]) {
    losses.push(await loss(rows, false), await loss(rows, true));
  }
  const dy = tf.tensor2d(SUMS.map((row) => row.map((value) => -value)));
  return {
    losses,
    lone: [await loss(LONE, true), await loss(spoilt, true)],
    lossAnchorSums: [await ofLoss(false), await ofLoss(true)],
    anchorSums: await run(ANCHOR_SUMS, { sums: tf.tensor2d(SUMS), dy }),
  };
}
