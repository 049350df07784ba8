/** Tensors made on one backend and used on another. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, test } from 'vitest';
import { softNearestNeighborLoss } from '../loss/loss';
import { neighborEntanglement } from '../loss/neighbor-entanglement';
import { UNIT_ROWS } from '../operation/contract';
import { neighborLogSums } from '../operation/neighbor-log-sums';
import { useBackend } from '../testing/backends';
import { softNearestNeighbor } from './layer';
import { entanglement } from './metric';
import { withTargetLabels } from './target-labels';

const ROWS = 32;
const factory = tf.findBackendFactory('wasm');
const labels = Int32Array.from({ length: ROWS }, (_, i) => i % 2);

const heapBytes = () =>
  (tf.backend() as object as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;

/** So many features that `ROWS` of them do not fit into the memory of a new wasm backend. */
async function freshWasm(): Promise<number> {
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', factory);
  await useBackend('wasm');
  return Math.ceil(heapBytes() / (ROWS * 4)) + 1;
}

const features = (d: number) =>
  tf.tensor2d(
    Float32Array.from({ length: ROWS * d }, (_, i) => ((i * 7919) % 1009) / 1009),
    [ROWS, d],
  );

test('such tensors make the memory of wasm grow, which the clone of tfjs does not survive', async () => {
  const d = await freshWasm();
  await useBackend('cpu');
  const x = features(d);
  await useBackend('wasm');
  const before = heapBytes();
  expect(() => tf.clone(x)).toThrow(/detached/);
  expect(heapBytes()).toBeGreaterThan(before);
});

/** Runs `f` with tensors of `from` on `to`, and with tensors of `to`. */
async function onBoth(
  from: string,
  to: string,
  f: (x: tf.Tensor2D, y: tf.Tensor1D) => tf.Tensor | Promise<number>,
) {
  const d = await freshWasm();
  const run = async (origin: string): Promise<number> => {
    await useBackend(origin);
    const [x, y] = [features(d), tf.tensor1d(labels, 'int32')];
    // On the way back the data lies in the memory of wasm only once an op has put it there.
    tf.dispose(tf.square(x));
    await useBackend(to);
    const result = await f(x, y);
    tf.dispose([x, y]);
    if (typeof result === 'number') return result;
    const [value] = result.dataSync();
    return value as number;
  };
  const moved = await run(from);
  expect(moved).not.toBeNaN();
  return { moved, native: await run(to) };
}

describe.each([
  ['cpu', 'wasm'],
  ['wasm', 'cpu'],
])('made on %s, used on %s', (from, to) => {
  test.each(['cosine', 'squaredEuclidean'] as const)('loss and gradient, %s', async (distance) => {
    const { moved, native } = await onBoth(from, to, (x, y) => {
      const { value, grads } = tf.valueAndGrads((f: tf.Tensor) =>
        softNearestNeighborLoss(y, f, { distance, temperature: 0.1 }),
      )([x]);
      return tf.add(value, tf.norm(grads[0] as tf.Tensor));
    });
    expect(moved).toBeGreaterThan(0.1);
    expect(moved).toBe(native);
  });

  test('a memory of past samples', async () => {
    const { moved, native } = await onBoth(from, to, (x, y) =>
      softNearestNeighborLoss(tf.slice(y, 0, 4), tf.slice(x, 0, 4), {
        memory: { features: x, labels: y },
      }),
    );
    expect(moved).toBe(native);
  });

  test('the operation, composed where cpu does not take long, and fused', async () => {
    for (const kernel of to === 'cpu' ? (['fused'] as const) : (['fused', 'composed'] as const)) {
      const { moved, native } = await onBoth(from, to, (x, y) =>
        tf.sum(
          neighborLogSums(
            {
              anchors: x,
              candidates: x,
              anchorLabels: y,
              candidateLabels: y,
              temperature: tf.scalar(1e4),
            },
            { selfOffset: 0, kernel },
          ),
        ),
      );
      expect(moved).toBe(native);
    }
  }, 180_000);

  test('a data set', async () => {
    const { moved, native } = await onBoth(
      from,
      to,
      async (x, y) => (await neighborEntanglement(y, x, { temperature: 0.1 })).loss,
    );
    expect(moved).toBe(native);
  });

  test('a kernel called by itself', async () => {
    const { moved, native } = await onBoth(from, to, (x) =>
      tf.norm(tf.engine().runKernel(UNIT_ROWS, { x }) as tf.Tensor),
    );
    expect(moved).toBeCloseTo(Math.sqrt(ROWS), 1);
    expect(moved).toBe(native);
  });

  test('a layer behind the input, and weights that come along', async () => {
    const losses: unknown[] = [];
    for (const origin of [from, to]) {
      const d = await freshWasm();
      await useBackend(origin);
      const x = features(d);
      const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 2);
      const input = tf.input({ shape: [d] });
      const layer = softNearestNeighbor({ name: 'code', temperature: 0.1 });
      const head = tf.layers.dense({ units: 2, kernelInitializer: 'zeros', activation: 'softmax' });
      const model = tf.model({
        inputs: input,
        outputs: head.apply(layer.apply(input)) as tf.SymbolicTensor,
      });
      await useBackend(to);
      model.compile({
        optimizer: tf.train.sgd(1e-6),
        loss: withTargetLabels('categoricalCrossentropy'),
        metrics: [entanglement(layer)],
      });
      const first = await model.trainOnBatch(x, y);
      losses.push([first, await model.trainOnBatch(x, y)]);
      tf.dispose([x, y]);
      model.dispose();
    }
    expect(losses[0]).toEqual(losses[1]);
    expect(losses.flat(2)).not.toContain(Number.NaN);
  });
});
