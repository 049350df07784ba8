import { matrixOf, normal, uniform } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { softNearestNeighbor } from '../layer/layer';
import { withTargetLabels } from '../layer/target-labels';
import { BACKENDS, useBackend } from '../testing/backends';
import { asRanks } from '../testing/fake-group';
import { data, models } from '../testing/models';
import type { Group } from './group';
import { type SoftNearestNeighborLossOptions, softNearestNeighborLoss } from './loss';

interface Measured {
  readonly value: number;
  readonly features: number[];
  readonly temperature: number;
}

function measure(
  ids: readonly number[],
  rows: readonly (readonly number[])[],
  temperature: number,
  options: SoftNearestNeighborLossOptions,
): Measured {
  const x = tf.tensor2d(rows.flat(), [rows.length, WIDTH]);
  const { value, grads } = tf.valueAndGrads((features, t) =>
    softNearestNeighborLoss(ids as number[], features as tf.Tensor, {
      ...options,
      temperature: t as tf.Tensor,
    }),
  )([x, tf.scalar(temperature)]);
  return {
    value: value.arraySync() as number,
    features: Array.from((grads[0] as tf.Tensor).dataSync()),
    temperature: (grads[1] as tf.Tensor).arraySync() as number,
  };
}

const WIDTH = 3;

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  test('any shards of a batch have its loss and its gradients', () => {
    const shards = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 2, maxLength: 4 });
    const property = fc.property(
      shards,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('cosine' as const, 'squaredEuclidean' as const),
      fc.constantFrom(undefined, 0),
      fc.constantFrom('auto' as const, 'composed' as const),
      fc.integer({ min: 1, max: 1000 }),
      (counts, classes, distance, ignoreClass, kernel, seed) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        fc.pre(total > 0);
        const next = uniform(seed);
        const ids = Array.from({ length: total }, () => Math.floor(classes * next()));
        const rows = matrixOf(total, WIDTH, normal(seed));
        const options = { distance, kernel, ...(ignoreClass !== undefined && { ignoreClass }) };
        const whole = measure(ids, rows, 0.7, options);
        const parts = asRanks(counts.length, (group) => {
          const start = counts.slice(0, group.rank).reduce((sum, count) => sum + count, 0);
          const end = start + (counts[group.rank] as number);
          const own = { ...options, group };
          return measure(ids.slice(start, end), rows.slice(start, end), 0.7, own);
        });
        const mean = (of: (part: Measured) => number) =>
          parts.reduce((sum, part, rank) => sum + of(part) * (counts[rank] as number), 0) / total;
        // Sums of float32 in another order.
        const near = (got: number, expected: number) =>
          expect(Math.abs(got - expected)).toBeLessThanOrEqual(
            3e-6 * Math.max(1, Math.abs(expected)),
          );
        near(
          mean(({ value }) => value),
          whole.value,
        );
        near(
          mean(({ temperature }) => temperature),
          whole.temperature,
        );
        const features = parts.flatMap(({ features }, rank) =>
          features.map((slope) => (slope * (counts[rank] as number)) / total),
        );
        expect(features).toHaveLength(whole.features.length);
        for (const [i, slope] of features.entries()) near(slope, whole.features[i] as number);
      },
    );
    fc.assert(property, { numRuns: 40 });
  });

  test('layers with a group train on the batch of all, and measure alone', () => {
    const { x, y } = data(14);
    const step = (group: Group | undefined, from: number, rows: number) => {
      const layer = softNearestNeighbor({ learnTemperature: true, ...(group && { group }) });
      const model = models.sequential(layer);
      model.compile({
        optimizer: tf.train.sgd(1),
        loss: withTargetLabels('categoricalCrossentropy'),
      });
      const inner = Reflect.get(model, 'model') as tf.LayersModel;
      const { value, grads } = tf.variableGrads(() => {
        const own = x.slice(from, rows);
        const loss = inner.lossFunctions[0] as (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
        const output = inner.apply(own, { training: true }) as tf.Tensor;
        const mean = tf.mean(loss(y.slice(from, rows), output));
        return tf.add<tf.Scalar>(
          mean,
          layer.losses.length === 0 ? 0 : tf.addN(inner.calculateLosses()),
        );
      });
      const slopes = Object.values(grads).flatMap((slope) => Array.from(slope.dataSync()));
      return [value.arraySync() as number, ...slopes];
    };
    const whole = step(undefined, 0, 14);
    const parts = asRanks(2, (group) => step(group, group.rank * 6, group.rank === 0 ? 6 : 8));
    for (const [i, expected] of whole.entries()) {
      const mean = (6 * (parts[0]?.[i] as number) + 8 * (parts[1]?.[i] as number)) / 14;
      // Sums of float32 in another order.
      expect(Math.abs(mean - expected)).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected)));
    }
    expect(parts[0]?.[0]).not.toBeCloseTo(parts[1]?.[0] as number, 3);
  });
});

test('refuses what ranks cannot share', () => {
  const x = tf.randomNormal([4, 2]) as tf.Tensor2D;
  const over = (labels: (string | number)[], options: SoftNearestNeighborLossOptions = {}) =>
    asRanks(2, (group) => softNearestNeighborLoss(labels, x, { ...options, group }));
  expect(() => over(['a', 'b', 'a', 'b'])).toThrow(
    /class ids below 2\^24, but got a.*encodeLabels/,
  );
  expect(() => over([1, 2, 1, 2 ** 24])).toThrow(/but got 16777216/);
  expect(() => over([1, 2, 1, 2], { reduction: 'sum' })).toThrow(/the reduction 'mean'/);
  expect(() => over([1, 2, 1, 2], { memory: { features: x, labels: [1, 2, 1, 2] } })).toThrow(
    /no memory/,
  );
});
