import { goldenCases } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from './backends';
import { plainLoss } from './plain';

// Left out: cases where whole-matrix float32 without centring, or one shared shift of the
// softmax, is known to lose the answer. They are the reason for another formulation.
const HARD = ['low temperature', 'common offset of 100', 'large norms', 'underflow'];
const moderate = goldenCases.filter(({ name }) => !HARD.some((hard) => name.includes(hard)));

beforeAll(() => useBackend('cpu', 1));

test('most golden cases are moderate', () => expect(moderate.length).toBeGreaterThanOrEqual(18));

test.each(moderate)('$name: loss and gradient are those of the float64 reference', (golden) => {
  const labels = tf.tensor1d(golden.labels, 'int32');
  const { value, grad } = tf.valueAndGrad((x) => plainLoss(labels, x as tf.Tensor2D, golden))(
    tf.tensor2d(golden.features),
  );
  // Float32 with distances up to some 30: 1e-4 relative is five digits of log-sum-exp.
  expect(Math.abs((value.arraySync() as number) - golden.loss)).toBeLessThan(
    1e-4 * Math.max(1, golden.loss),
  );
  const expected = tf.tensor2d(golden.featureGradient);
  const size = tf.norm(expected).arraySync() as number;
  const difference = tf.norm(tf.sub(grad, expected)).arraySync() as number;
  expect(difference).toBeLessThan(1e-3 * size + 1e-6);
});
