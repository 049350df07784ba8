/** Labels that lie on a device alone, which is costly to read: on a stand-in for `webgpu`. */
import { softNearestNeighborLoss as exactLoss } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { softNearestNeighborLoss } from '../loss/loss';
import { neighborEntanglement } from '../loss/neighbor-entanglement';
import { useBackend } from '../testing/backends';
import { data, models } from '../testing/models';
import { softNearestNeighbor } from './layer';
import { withTargetLabels } from './target-labels';

/** Holds values as `webgpu` of tfjs does, and counts the reads of those that are on the device. */
class Device extends MathBackendCPU {
  private readonly written = new Map<object, tf.BackendValues>();
  readonly tensorMap = { get: (id: object) => ({ values: this.written.get(id) ?? null }) };
  reads = 0;

  override write(...args: Parameters<MathBackendCPU['write']>) {
    const id = super.write(...args);
    this.written.set(id, args[0]);
    return id;
  }

  /** Outputs of kernels. */
  override makeTensorInfo(...args: Parameters<MathBackendCPU['makeTensorInfo']>) {
    const info = super.makeTensorInfo(...args);
    this.written.delete(info.dataId);
    return info;
  }

  /** As if a kernel had moved it there. */
  forget({ dataId }: tf.Tensor): void {
    this.written.delete(dataId);
  }

  override readSync(id: object) {
    if (!this.written.has(id)) this.reads++;
    return super.readSync(id);
  }
}

tf.copyRegisteredKernels('cpu', 'webgpu');
tf.registerBackend('webgpu', () => new Device());
await useBackend('webgpu');
const device = tf.backend() as Device;
beforeEach(() => {
  device.reads = 0;
  vi.stubGlobal('OffscreenCanvas', class {});
});

/** The same ids as the output of a kernel, on the device alone. */
const onDevice = (ids: number[]) =>
  tf.add<tf.Tensor1D>(tf.tensor1d(ids, 'int32'), tf.scalar(0, 'int32'));

const points = [
  [0, 0],
  [0, 1],
  [3, 0],
  [3, 1],
];
const options = { temperature: 0.9, distance: 'squaredEuclidean' } as const;
const mixed = exactLoss({ labels: [0, 1, 0, 1], features: points, ...options });

describe('a layer', () => {
  const compile = (model: tf.LayersModel) =>
    model.compile({
      optimizer: tf.train.sgd(0),
      loss: withTargetLabels('categoricalCrossentropy'),
    });
  const compiled = () => {
    const model = models.sequential(softNearestNeighbor({ name: 'code' }));
    compile(model);
    return model;
  };
  const { x, y } = data(6);
  const none = tf.mul(y, 0);

  test('reads the first batch and no other', async () => {
    const model = compiled();
    await model.trainOnBatch(x, y);
    expect(device.reads).toBeGreaterThan(0);
    // Each step reads its loss.
    const [before, steps] = [device.reads, 3];
    for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
    expect(device.reads - before).toBe(steps * (before - 1));
  });

  test('refuses a bad first batch at once, each time, and trains on with right labels', async () => {
    const model = compiled();
    for (let step = 0; step < 2; step++) {
      await expect(model.trainOnBatch(x, none)).rejects.toThrow(/'code'.*row 0.*has no class/);
    }
    const loss = await model.trainOnBatch(x, y);
    expect(loss).toBe(await compiled().trainOnBatch(x, y));
    compile(model);
    expect(await model.trainOnBatch(x, y)).toBe(loss);
  });

  test('checks batches that are on the CPU, each of them', async () => {
    const model = compiled();
    await model.trainOnBatch(x, y);
    const written = tf.tensor2d(Array(6).fill([1, 1, 0]));
    await expect(model.trainOnBatch(x, written)).rejects.toThrow(/has 2 classes/);
  });

  test('reads nothing where there is no canvas to read by', async () => {
    const [model, other] = [compiled(), compiled()];
    await model.trainOnBatch(x, y);
    const reads = device.reads;
    vi.unstubAllGlobals();
    await other.trainOnBatch(x, y);
    expect(device.reads).toBe(2 * reads - 1);
  });
});

describe('the loss', () => {
  test('does not read ids, and is NaN for those that are rounded', () => {
    const loss = softNearestNeighborLoss(onDevice([0, 1, 0, 1]), points, options);
    const large = softNearestNeighborLoss(onDevice([0, 2 ** 24, 0, 1]), points, options);
    expect(device.reads).toBe(0);
    expect(loss.arraySync()).toBeCloseTo(mixed.loss, 5);
    expect(large.arraySync()).toBeNaN();
  });

  test('reads none either to leave out samples without a label', () => {
    const ids = [0, 1, -1, 0, -1, 1];
    const some = [
      ...points.slice(0, 2),
      [9, 9],
      ...points.slice(2, 3),
      [-9, 0],
      ...points.slice(3),
    ];
    const rows = ids.map((id) => [Number(id === 0), Number(id === 1)]);
    const onlyThere = tf.add<tf.Tensor2D>(tf.tensor2d(rows), 0);
    for (const labels of [onDevice(ids), onlyThere]) {
      const loss = softNearestNeighborLoss(labels, some, { ...options, ignoreClass: -1 });
      expect(device.reads).toBe(0);
      expect(loss.arraySync()).toBeCloseTo(mixed.loss, 5);
      device.reads = 0;
    }
  });

  test('is right for large ids that were on the CPU once', () => {
    const ids = tf.tensor1d([7, 2 ** 24, 7, 2 ** 24], 'int32');
    for (let call = 0; call < 2; call++) {
      expect(softNearestNeighborLoss(ids, points, options).arraySync()).toBeCloseTo(mixed.loss, 5);
      device.forget(ids);
    }
  });

  test('reads ids on the device beside larger ones in an array', () => {
    const [first = 0, second = 0] = mixed.anchorLosses;
    const loss = softNearestNeighborLoss(onDevice([3, 2 ** 30]), points.slice(0, 2), {
      ...options,
      reduction: 'sum',
      memory: { features: points.slice(2), labels: [3, 2 ** 30] },
    });
    expect(loss.arraySync()).toBeCloseTo(first + second, 5);
  });

  test('names classes on the device as in its memory', () => {
    const memory = { features: points, labels: ['a', 'b', 'a', 'b'] };
    expect(() => softNearestNeighborLoss(onDevice([0, 1, 0, 1]), points, { memory })).toThrow(
      /one way/,
    );
  });
});

test('a data set is read and checked', async () => {
  const { loss } = await neighborEntanglement(onDevice([0, 1, 0, 1]), points, options);
  expect(loss).toBeCloseTo(mixed.loss, 5);
  const fractions = tf.mul(onDevice([0, 1, 0, 1]), 0.5);
  await expect(neighborEntanglement(fractions, points)).rejects.toThrow(/got 0.5 at 1/);
});
