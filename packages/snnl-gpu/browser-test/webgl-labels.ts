import * as tf from '@tensorflow/tfjs-core';
import { NEIGHBOR_LOG_SUMS } from 'snnl-layer';

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
