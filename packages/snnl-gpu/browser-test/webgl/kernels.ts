import * as tf from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from 'snnl-layer';

/** Row sameCount and row logSumSame for ids that no float32 tells apart. */
export interface LabelReport {
  /** While the ids are still on the CPU: replaced by dense ones. */
  readonly onCpu: { readonly sameCount: number[]; readonly logSumSame: number[] };
  /** Once they have been uploaded, rounded. */
  readonly onGpu: { readonly logSumSame: number[] };
}

const ids = [2 ** 24, 2 ** 24 + 1, 2 ** 24, -(2 ** 31) + 200, 2 ** 31 - 1, 2 ** 24 + 1];

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
  const rows = tf.engine().runKernel(NEIGHBOR_LOG_SUMS, inputs, { selfOffset: 0 }) as tf.Tensor2D;
  const sums = await rows.slice([5, 0], [4, SAMPLES]).data<'float32'>();
  // Weights that differ from anchor to anchor, so that no part may stand in for another.
  const weights = Float32Array.from({ length: 2 * SAMPLES }, (_, i) => ((i * 37) % 101) / 101);
  const both = tf.tensor2d(Float32Array.of(...sums, ...weights), [6, SAMPLES]);
  const gradient = async (oneBatch: boolean): Promise<Float32Array> => {
    const all = { ...inputs, anchorSums: both, candidateSums: both };
    const attrs = { selfOffset: 0, oneBatch };
    const result = tf.engine().runKernel(NEIGHBOR_LOG_SUMS_GRAD, all, attrs) as tf.Tensor2D;
    const values = await result.data<'float32'>();
    result.dispose();
    return values;
  };
  const [byPanels, byBlocks] = [await gradient(true), await gradient(false)];
  tf.dispose([anchors, labels, temperature, rows, both]);
  const largest = byBlocks.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differences = byPanels.map((value, index) => Math.abs(value - (byBlocks[index] ?? 0)));
  return { difference: differences.reduce((a, b) => Math.max(a, b), 0) / largest, largest };
}
