import * as tf from '@tensorflow/tfjs';
import type { Distance } from 'snnl-layer';

/** Added to the diagonal of the distances: no probability is left for a sample and itself. */
const FAR = 1e9;

/** All pairwise distances `[N, N]`. */
function pairDistances(features: tf.Tensor2D, distance: Distance): tf.Tensor2D {
  if (distance === 'cosine') {
    const unit = tf.div<tf.Tensor2D>(features, tf.norm(features, 2, 1, true));
    return tf.sub<tf.Tensor2D>(1, tf.matMul(unit, unit, false, true));
  }
  const norms = tf.sum(tf.square(features), 1, true);
  const sums = tf.add(norms, tf.reshape(norms, [1, -1]));
  const products = tf.matMul(features, features, false, true);
  return tf.relu(tf.sub<tf.Tensor2D>(sums, tf.mul(2, products)));
}

/**
 * The loss as a tfjs user would write it: whole N x N matrices and automatic differentiation.
 *
 * Softmax of -distance / T over the other samples, then the mean of -log of the share of the same
 * class. Anchors without a partner are left out. This was the quickest of the stable ways to write
 * it that were tried; see bench/logs/plain.md.
 *
 * @param labels int32 `[N]`
 * @param features float32 `[N, D]`
 * @returns Scalar in nats.
 */
export function plainLoss(
  labels: tf.Tensor1D,
  features: tf.Tensor2D,
  { temperature, distance }: { readonly temperature: number; readonly distance: Distance },
): tf.Scalar {
  return tf.tidy(() => {
    const self = tf.eye(features.shape[0]);
    const classes = tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0));
    const same = tf.sub(tf.cast(classes, 'float32'), self);
    const distances = tf.add(pairDistances(features, distance), tf.mul(self, FAR));
    const probabilities = tf.softmax(tf.div(tf.neg(distances), temperature));
    const share = tf.sum(tf.mul(probabilities, same), 1);
    const paired = tf.greater(tf.sum(same, 1), 0);
    const losses = tf.neg(tf.log(tf.where(paired, share, tf.onesLike(share))));
    return tf.div(tf.sum(losses), tf.maximum(tf.sum(tf.cast(paired, 'float32')), 1));
  });
}
