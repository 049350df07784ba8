import { uniform } from '@snnl/reference';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, test, vi } from 'vitest';
import { useBackend } from './testing/backends';
import { registerWasmMatMul } from './wasm-mat-mul';

const PRODUCTS = ['BatchMatMul', '_FusedMatMul'];
const own = new Map(PRODUCTS.map((name) => [name, tf.getKernel(name, 'wasm').kernelFunc]));
// Before the backend has started; a test below has the other order.
registerWasmMatMul();
await useBackend('wasm');

const draw = uniform(7);
const random = (shape: number[]): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * draw() - 1),
    shape,
  );

/** Of the last two axes. */
const flipped = (shape: number[], on: boolean) =>
  on ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;

type Product = { a: tf.Tensor; b: tf.Tensor; transposeA: boolean; transposeB: boolean };

/** The product by tfjs's own kernel. */
const ownProduct = ({ a, b, transposeA, transposeB }: Product): tf.Tensor =>
  tf.engine().makeTensorFromTensorInfo(
    own.get('BatchMatMul')?.({
      inputs: { a, b },
      backend: tf.backend(),
      attrs: { transposeA, transposeB },
    }) as tf.TensorInfo,
  );

/** Largest difference; NaN if there is a NaN. */
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))));

const TRANSPOSES = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

test('a second call, from another copy of the package too, changes nothing', async () => {
  const kernels = () => PRODUCTS.map((name) => tf.getKernel(name, 'wasm').kernelFunc);
  const first = kernels();
  expect(first).not.toEqual([...own.values()]);
  registerWasmMatMul();
  vi.resetModules();
  const copy = await import('./wasm-mat-mul');
  expect(copy.registerWasmMatMul).not.toBe(registerWasmMatMul);
  copy.registerWasmMatMul();
  expect(kernels()).toEqual(first);
});

test('where wasm is not imported the error says what to do', () => {
  const product = tf.getKernel('BatchMatMul', 'wasm');
  tf.unregisterKernel('BatchMatMul', 'wasm');
  expect(() => registerWasmMatMul()).toThrow(/registered, but they are not.*Import '@tensorflow/);
  tf.registerKernel(product);
});

describe.each(TRANSPOSES)('with transposeA %s, transposeB %s', (transposeA, transposeB) => {
  const check = (a: tf.Tensor, b: tf.Tensor): void => {
    const problem = { a, b, transposeA, transposeB };
    const got = tf.matMul(a, b, transposeA, transposeB);
    const want = ownProduct(problem);
    expect(got.shape).toEqual(want.shape);
    expect(got.dtype).toBe('float32');
    const depth = a.shape.at(transposeA ? -2 : -1) as number;
    const [values, expected] = [got.dataSync(), want.dataSync()];
    // Entries are below 1: a sum of `depth` products is off by at most depth^2 half units in the last
    // place; random signs leave far less.
    const tolerance = 1e-6 * Math.sqrt(depth) + 1e-7 * depth;
    expect(values).toHaveLength(expected.length);
    expect(farthest(values, expected)).toBeLessThanOrEqual(tolerance);
  };
  const pair = (left: number[], right: number[]): [tf.Tensor, tf.Tensor] => [
    random(flipped(left, transposeA)),
    random(flipped(right, transposeB)),
  ];

  test('small integers give the exact product', () => {
    const flip = (rows: number[][], on: boolean): number[][] =>
      on ? (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? 0)) : rows;
    const a = tf.tensor2d(
      flip(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        transposeA,
      ),
    );
    const b = tf.tensor2d(
      flip(
        [
          [1, 0],
          [2, 1],
          [0, 3],
        ],
        transposeB,
      ),
    );
    expect(tf.matMul(a, b, transposeA, transposeB).arraySync()).toEqual([
      [5, 11],
      [14, 23],
    ]);
  });

  // Rows, depth, columns.
  test.each([
    [1, 1, 1],
    [1, 7, 1],
    [5, 1, 3],
    [1, 5, 4],
    [4, 5, 1],
    [41, 67, 3],
    [128, 64, 10],
    [401, 33, 130],
    [3, 1271, 2],
  ])('%i x %i by %i columns, as tfjs', (rows, depth, columns) => {
    check(...pair([rows, depth], [depth, columns]));
    check(...pair([1, rows, depth], [1, depth, columns]));
    check(...pair([1, 1, rows, depth], [1, 1, depth, columns]));
  });

  test.each([
    [[3], [3]],
    [[3], [1]],
    [[1], [3]],
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 3],
      [1, 1],
    ],
    [
      [2, 1, 2],
      [2, 1, 2],
    ],
  ])('stacks of %j and %j matrices, as tfjs', (left, right) => {
    check(...pair([...left, 4, 5], [...right, 5, 6]));
  });

  // tfjs's own product warns of no columns where nothing is transposed.
  const empty =
    transposeA || transposeB
      ? [
          [2, 3, 0],
          [0, 0, 0],
          [0, 3, 2],
        ]
      : [[0, 3, 2]];
  test.each(empty)('empty: %i x %i by %i columns', (rows = 0, depth = 0, columns = 0) => {
    check(...pair([rows, depth], [depth, columns]));
  });

  test('what is not finite comes out as tfjs has it', () => {
    const [a, b] = pair([6, 9], [9, 5]);
    const spoil = (x: tf.Tensor, at: number, value: number) => {
      const values = x.dataSync().slice();
      values[at] = value;
      return tf.tensor(values, x.shape);
    };
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const [x, y] of [
        [spoil(a, 20, value), b],
        [a, spoil(b, 20, value)],
      ] as const) {
        const kind = (t: tf.Tensor) =>
          Array.from(t.dataSync(), (v) => (Number.isFinite(v) ? 'finite' : v));
        const want = ownProduct({ a: x, b: y, transposeA, transposeB });
        expect(kind(want)).not.toEqual(Array(30).fill('finite'));
        expect(kind(tf.matMul(x, y, transposeA, transposeB))).toEqual(kind(want));
      }
    }
  });

  test('integers are refused as tfjs refuses them, and nothing leaks', () => {
    const a = tf.zeros([2, 2], 'int32');
    const before = tf.memory();
    const buffers = tf.engine().backend.numDataIds();
    expect(() => tf.matMul(a, a, transposeA, transposeB)).toThrow(/float32 tensors not yet/);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.engine().backend.numDataIds()).toBe(buffers);
  });

  test('a fused bias and activation come after the product', () => {
    const [rows, depth, columns] = [7, 131, 9];
    const [a, b] = pair([rows, depth], [depth, columns]);
    const bias = random([columns]);
    // tfjs's own loop adds the bias once for every 48 of `depth`.
    const sums = tf.add(ownProduct({ a, b, transposeA, transposeB }), bias);
    const args = { a: a as tf.Tensor2D, b: b as tf.Tensor2D, transposeA, transposeB, bias };
    for (const [activation, want] of [
      ['linear', sums],
      ['relu', tf.relu(sums)],
      ['sigmoid', tf.sigmoid(sums)],
    ] as const) {
      const got = tf.fused.matMul({ ...args, activation });
      expect(farthest(got.dataSync(), want.dataSync())).toBeLessThan(1e-5);
    }
  });

  test('a bias of one number for all columns goes the way of tfjs', () => {
    const [a, b] = pair([3, 5], [5, 4]);
    const args = { a: a as tf.Tensor2D, b: b as tf.Tensor2D, transposeA, transposeB };
    // Where nothing is transposed, tfjs reads past its end.
    const bias = transposeA || transposeB ? tf.tensor1d([2]) : tf.fill([4], 2);
    const got = tf.fused.matMul({ ...args, bias });
    expect(farthest(got.dataSync(), tf.add(ownProduct(args), 2).dataSync())).toBeLessThan(1e-6);
  });

  test('matrices of another backend are moved', async () => {
    await useBackend('cpu');
    // A vector's transpose is a clone; these make the memory of wasm grow.
    const rows = 2 ** 20 + 7 * Math.floor(draw() * 1000);
    const [a, b] = pair([rows, 1], [1, 3]);
    const [first] = a.dataSync();
    const row = b.dataSync();
    await useBackend('wasm');
    const product = tf.matMul(a, b, transposeA, transposeB);
    expect(product.shape).toEqual([rows, 3]);
    const got = tf.slice(product, [0, 0], [1, 3]).dataSync();
    for (let j = 0; j < 3; j++)
      expect(got[j]).toBe(Math.fround((first as number) * (row[j] as number)));
    tf.dispose([a, b, product]);
  });
});

describe('training dense layers', () => {
  const [x, y] = [random([32, 20]), random([32, 4])];
  const build = () => {
    const dense = (units: number, seed: number) =>
      tf.layers.dense({
        units,
        activation: units === 4 ? 'linear' : 'relu',
        kernelInitializer: tf.initializers.glorotNormal({ seed }),
      });
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ inputShape: [20] }));
    for (const layer of [dense(30, 1), dense(30, 2), dense(4, 3)]) model.add(layer);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    return model;
  };
  const replace = (kernelFunc: (name: string) => tf.KernelFunc) => {
    for (const name of PRODUCTS) {
      const { setupFunc } = tf.getKernel(name, 'wasm');
      tf.unregisterKernel(name, 'wasm');
      tf.registerKernel({
        kernelName: name,
        backendName: 'wasm',
        setupFunc,
        kernelFunc: kernelFunc(name),
      } as tf.KernelConfig);
    }
  };

  test('takes the steps of tfjs, whose gradients alone are transposed products', async () => {
    const train = async () => {
      const model = build();
      for (let step = 0; step < 20; step++) await model.trainOnBatch(x, y);
      return model.getWeights().map((w) => w.dataSync());
    };
    const fast = await train();
    const calls = new Map<string, number>();
    replace((name) => (call) => {
      const { transposeA, transposeB } = call.attrs as tf.NamedAttrMap;
      const key = `${name} ${transposeA} ${transposeB}`;
      calls.set(key, (calls.get(key) ?? 0) + 1);
      return (own.get(name) as tf.KernelFunc)(call);
    });
    const slow = await train();
    // Registered while the backend runs.
    registerWasmMatMul();
    fast.forEach((weights, k) => {
      expect(farthest(weights, slow[k] as Float32Array)).toBeLessThan(1e-5);
    });
    // A step: three layers forward, three gradients for weights, two for activations.
    expect(Object.fromEntries(calls)).toEqual({
      'BatchMatMul false false': 40,
      '_FusedMatMul false false': 20,
      'BatchMatMul false true': 40,
      'BatchMatMul true false': 60,
    });
    const again = await train();
    expect(again).toEqual(fast);
  });

  test('leaves no tensor, no data and no memory of the backend behind', async () => {
    const model = build();
    const state = () => ({
      ...tf.memory(),
      data: tf.engine().backend.numDataIds(),
      heap: (tf.backend() as object as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length,
    });
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
    const before = state();
    for (let step = 0; step < 300; step++) await model.trainOnBatch(x, y);
    expect(state()).toEqual(before);
  });
});
