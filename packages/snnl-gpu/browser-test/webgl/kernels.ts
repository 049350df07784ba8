import * as tf from '@tensorflow/tfjs-core';
import {
  ANCHOR_SUMS,
  LOSS_ANCHOR_SUMS,
  NEIGHBOR_LOG_SUMS,
  NEIGHBOR_LOG_SUMS_GRAD,
  REDUCED_LOSS,
} from 'snnl-layer';

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

/** Row sameCount and row logSumSame for ids that no float32 tells apart. */
export interface LabelReport {
  /** While the ids are still on the CPU: replaced by dense ones. */
  readonly onCpu: { readonly sameCount: number[]; readonly logSumSame: number[] };
  /** Once they have been uploaded, rounded. */
  readonly onGpu: { readonly logSumSame: number[] };
}

const ids = [2 ** 24, 2 ** 24 + 1, 2 ** 24, -(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1];

export async function labelsOnCpuAndGpu(): Promise<LabelReport> {
  const anchors = tf.randomNormal([ids.length, 3], 0, 1, 'float32', 5);
  const temperature = tf.scalar(1);
  const rows = async (labels: tf.Tensor1D): Promise<number[][]> => {
    const inputs = {
      ...{ anchors, candidates: anchors, temperature },
      ...{ anchorLabels: labels, candidateLabels: labels },
    };
    const sums = tf.engine().runKernel(NEIGHBOR_LOG_SUMS, inputs, { selfOffset: 0 }) as tf.Tensor2D;
    const values = await sums.array();
    sums.dispose();
    return values;
  };
  const labels = tf.tensor1d(ids, 'int32');
  const [, logSumSame = [], , , sameCount = []] = await rows(labels);
  // Any op of the backend uploads them.
  tf.tile(labels, [64]).dispose();
  const [, rounded = []] = await rows(labels);
  tf.dispose([anchors, temperature, labels]);
  return { onCpu: { sameCount, logSumSame }, onGpu: { logSumSame: rounded } };
}

/** The gradient of a batch against itself, once from shared sums and once from copies of them. */
export interface PanelReport {
  /** Largest difference of a component, relative to the largest component. */
  readonly difference: number;
  readonly largest: number;
}

/** Three panels of anchors by three of candidates, the last of each cut short within a block. */
const SAMPLES = 2 * 2048 + 99;

export async function panelsAndBlocks(): Promise<PanelReport> {
  const anchors = tf.randomNormal([SAMPLES, 3], 0, 1, 'float32', 11);
  const ids = Int32Array.from({ length: SAMPLES }, (_, i) => i % 7);
  const labels = tf.tensor1d(ids, 'int32');
  const temperature = tf.scalar(2);
  const inputs = {
    ...{ anchors, candidates: anchors, temperature },
    ...{ anchorLabels: labels, candidateLabels: labels },
  };
  const attrs = { selfOffset: 0 };
  const rows = tf.engine().runKernel(NEIGHBOR_LOG_SUMS, inputs, attrs) as tf.Tensor2D;
  const sums = await rows.slice([5, 0], [4, SAMPLES]).data<'float32'>();
  // Weights that differ from anchor to anchor, so that no part may stand in for another.
  const weights = Float32Array.from({ length: 2 * SAMPLES }, (_, i) => ((i * 37) % 101) / 101);
  const made = () => tf.tensor2d(Float32Array.of(...sums, ...weights), [6, SAMPLES]);
  const [shared, copy] = [made(), made()];
  const gradient = async (candidateSums: tf.Tensor): Promise<Float32Array> => {
    const all = { ...inputs, anchorSums: shared, candidateSums };
    const result = tf.engine().runKernel(NEIGHBOR_LOG_SUMS_GRAD, all, attrs) as tf.Tensor2D;
    const values = await result.data<'float32'>();
    result.dispose();
    return values;
  };
  const [byPanels, byBlocks] = [await gradient(shared), await gradient(copy)];
  tf.dispose([anchors, labels, temperature, rows, shared, copy]);
  const largest = byBlocks.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differences = byPanels.map((value, index) => Math.abs(value - (byBlocks[index] ?? 0)));
  return { difference: differences.reduce((a, b) => Math.max(a, b), 0) / largest, largest };
}
