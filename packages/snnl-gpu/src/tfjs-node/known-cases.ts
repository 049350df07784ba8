import * as tf from '@tensorflow/tfjs-core';
import { softNearestNeighborLoss } from 'snnl-layer';
import { type Finding, fail, ok } from './findings';
import knownCases from './known-cases.json' with { type: 'json' };

type KnownCase = (typeof knownCases)[number];

/** What every backend promises to users. */
const TOLERANCE = { loss: 1e-4, gradient: 1e-3 };

function norm(values: readonly number[]): number {
  return Math.hypot(...values);
}

/** Relative errors of loss and gradient. */
function errorsOf({ shape, features, labels, distance, temperature, ...known }: KnownCase) {
  return tf.tidy(() => {
    const x = tf.tensor2d(features, shape as [number, number]);
    const loss = (at: tf.Tensor) =>
      softNearestNeighborLoss(labels, at, {
        ...{ temperature, kernel: 'fused' },
        distance: distance === 'cosine' ? 'cosine' : 'squaredEuclidean',
      });
    const { value, grad } = tf.valueAndGrad(loss)(x);
    const gradient = grad.dataSync<'float32'>();
    const difference = known.featureGradient.map((exact, i) => (gradient[i] ?? Number.NaN) - exact);
    return {
      loss: Math.abs((value.dataSync<'float32'>()[0] ?? Number.NaN) - known.loss) / known.loss,
      gradient: norm(difference) / norm(known.featureGradient),
    };
  });
}

/** Computes cases whose results are known, with the kernels of the current backend. */
export function checkKnownCases(): Finding {
  const about = 'self-test';
  const worst = { loss: 0, gradient: 0 };
  for (const known of knownCases) {
    const errors = errorsOf(known);
    if (!(errors.loss <= TOLERANCE.loss && errors.gradient <= TOLERANCE.gradient)) {
      const found = `relative errors ${errors.loss} (loss) and ${errors.gradient} (gradient)`;
      return fail(about, `'${known.name}' is wrong, ${found}. Please report this`);
    }
    worst.loss = Math.max(worst.loss, errors.loss);
    worst.gradient = Math.max(worst.gradient, errors.gradient);
  }
  const digits = (value: number) => value.toExponential(0);
  return ok(
    about,
    `${knownCases.length} known cases, relative errors up to ${digits(worst.loss)} (loss) and ` +
      `${digits(worst.gradient)} (gradient)`,
  );
}

/** Loss and gradient of one batch, fused and composed, for a first idea of the speed. */
export function measureSpeed(): Finding {
  const milliseconds = (kernel: 'fused' | 'composed') =>
    tf.tidy(() => {
      const x = tf.randomNormal([1024, 64], 0, 1, 'float32', 1);
      const labels = tf.range(0, 1024, 1, 'int32').mod(tf.scalar(10, 'int32'));
      const loss = (at: tf.Tensor) => softNearestNeighborLoss(labels, at, { kernel });
      const times = Array.from({ length: 5 }, () => {
        const start = performance.now();
        tf.tidy(() => tf.valueAndGrad(loss)(x).grad.dataSync());
        return performance.now() - start;
      });
      return Math.min(...times).toFixed(1);
    });
  const words = `loss and gradient of 1024 x 64: ${milliseconds('fused')} ms`;
  return ok('speed', `${words}, without native kernels ${milliseconds('composed')} ms`);
}
