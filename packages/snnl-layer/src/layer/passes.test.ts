/**
 * Which captures and which labels belong to a step, in whatever container a layer runs. Expected
 * values are those of the function on the same activations.
 */
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { softNearestNeighborLoss } from '../loss/loss';
import { useBackend } from '../testing/backends';
import { classes, data, dense, features, models } from '../testing/models';
import { Captures } from './captures';
import { type SoftNearestNeighbor, softNearestNeighbor } from './layer';
import { entanglement } from './metric';
import { read } from './passes';
import { type LossOrMetricFunction, withTargetLabels } from './target-labels';

await useBackend('cpu');

afterEach(() => {
  vi.restoreAllMocks();
});

const nothing: LossOrMetricFunction = (_, yPred) => tf.mul(tf.sum(yPred), 0);
const none = withTargetLabels(nothing);
const loss = (ids: tf.Tensor1D, x: tf.Tensor) =>
  Number(softNearestNeighborLoss(ids, x).arraySync());
/** The last of the values that evaluate or a step gives. */
const metric = (values: number | number[] | tf.Scalar | tf.Scalar[], index = -1) => {
  const value = (values as (number | tf.Scalar)[]).at(index) as number | tf.Scalar;
  return typeof value === 'number' ? value : Number(value.arraySync());
};
const still = () => tf.train.sgd(0);

const hidden = (seed: number, units = 4) =>
  tf.layers.dense({
    units,
    activation: 'tanh',
    useBias: false,
    kernelInitializer: tf.initializers.glorotNormal({ seed }),
  });
const head = (name: string) => tf.layers.dense({ units: 3, name });
const kernelOf = (layer: tf.layers.Layer) => layer.getWeights()[0] as tf.Tensor;
const symbolic = (x: unknown) => x as tf.SymbolicTensor;

/** Labels other than those of `y`: blocks in place of turns. */
const other = (n: number) =>
  tf.oneHot(
    tf.tensor1d(
      Array.from({ length: n }, (_, i) => Math.floor((3 * i) / n)),
      'int32',
    ),
    3,
  );

/** `places` dense layers side by side, each behind one and the same layer. */
function wide(layer: SoftNearestNeighbor, seeds: number[]) {
  const x = tf.input({ shape: [6] });
  const branches = seeds.map((seed) => hidden(seed));
  const codes = branches.map((branch) => symbolic(layer.apply(branch.apply(x))));
  const joined = codes.length === 1 ? codes[0] : symbolic(tf.layers.concatenate().apply(codes));
  const out = symbolic(tf.layers.dense({ units: 3 }).apply(joined as tf.SymbolicTensor));
  const model = tf.model({ inputs: x, outputs: out });
  const expected = (x: tf.Tensor, ids: tf.Tensor1D) =>
    branches.reduce((sum, branch) => sum + loss(ids, dense(x, kernelOf(branch))), 0);
  return { model, expected };
}

describe('places of a pass', () => {
  test('count all in evaluate before any training, in each batch', async () => {
    const { x, y } = data(18);
    const layer = softNearestNeighbor();
    const { model, expected } = wide(layer, [0, 1]);
    model.compile({ optimizer: still(), loss: none, metrics: [entanglement(layer)] });
    expect(metric(model.evaluate(x, y))).toBeCloseTo(expected(x, classes(y)), 5);
    const halves = tf.split(x, 2);
    const labels = tf.split(y, 2).map(classes);
    const mean = halves.reduce((s, h, i) => s + expected(h, labels[i] as tf.Tensor1D) / 2, 0);
    expect(metric(model.evaluate(x, y, { batchSize: 9 }))).toBeCloseTo(mean, 5);
  });

  test('are those of the model that runs, when two models share the layer', async () => {
    const { x, y } = data(18);
    const layer = softNearestNeighbor();
    const a = wide(layer, [0, 1]);
    const b = wide(layer, [2]);
    for (const { model } of [a, b]) {
      model.compile({ optimizer: still(), loss: none, metrics: [entanglement(layer)] });
    }
    const at = { batchSize: 9 };
    const mean = ({ expected }: typeof a) =>
      tf.split(x, 2).reduce((s, h, i) => {
        return s + expected(h, classes(tf.split(y, 2)[i] as tf.Tensor)) / 2;
      }, 0);
    await a.model.fit(x, y, { ...at, verbose: 0, shuffle: false });
    // In one turn of the event loop, in both orders, also around a predict that nobody reads.
    expect(metric(b.model.evaluate(x, y, at))).toBeCloseTo(mean(b), 5);
    a.model.predict(x, at);
    expect(metric(b.model.evaluate(x, y, at))).toBeCloseTo(mean(b), 5);
    expect(metric(a.model.evaluate(x, y, at))).toBeCloseTo(mean(a), 5);
    tf.tidy(() => {
      a.model.predict(x, at);
      b.model.predict(x, at);
      expect(metric(a.model.evaluate(x, y, at))).toBeCloseTo(mean(a), 5);
      expect(metric(b.model.evaluate(x, y, at))).toBeCloseTo(mean(b), 5);
    });
    const step = (await a.model.trainOnBatch(x, y)) as number[];
    expect(step[0]).toBeCloseTo(a.expected(x, classes(y)), 5);
    expect(metric(await b.model.trainOnBatch(x, y))).toBeCloseTo(b.expected(x, classes(y)), 5);
  });

  test('count on every branch, also behind the output that is read', async () => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor();
    const input = tf.input({ shape: [6] });
    const branches = [hidden(0), hidden(1)];
    const outputs = branches.map((branch, i) =>
      symbolic(head(`late_${i}`).apply(layer.apply(branch.apply(input)) as tf.SymbolicTensor)),
    );
    const model = tf.model({ inputs: input, outputs });
    const expected = branches.reduce((s, b) => s + loss(classes(y), dense(x, kernelOf(b))), 0);
    model.compile({
      optimizer: still(),
      loss: [none, nothing],
      metrics: { late_0: entanglement(layer) },
    });
    expect(metric(model.evaluate(x, [y, other(12)]))).toBeCloseTo(expected, 5);
    const step = (await model.trainOnBatch(x, [y, other(12)])) as number[];
    expect(step[0]).toBeCloseTo(expected, 5);
    expect(step.at(-1)).toBeCloseTo(expected, 5);
  });

  test('of a nested model that is applied twice count in evaluate too', () => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor();
    const branch = hidden(3, 6);
    const inner = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [6] }), branch] });
    inner.add(layer);
    const input = tf.input({ shape: [6] });
    const twice = inner.apply(inner.apply(input)) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: symbolic(head('nested').apply(twice)) });
    model.compile({ optimizer: still(), loss: nothing, metrics: [entanglement(layer)] });
    const first = dense(x, kernelOf(branch));
    const expected = loss(classes(y), first) + loss(classes(y), dense(first, kernelOf(branch)));
    expect(metric(model.evaluate(x, y))).toBeCloseTo(expected, 5);
  });

  test('of a loop of one’s own are those of the last pass', () => {
    const { x, y } = data(9);
    const layer = softNearestNeighbor();
    const model = models.nested(layer);
    const measure = entanglement(layer);
    model.predict(tf.mul(x, 2));
    const value = () => measure(y, model.predict(x) as tf.Tensor).arraySync() as number;
    const expected = loss(classes(y), features(model, x));
    expect(value()).toBeCloseTo(expected, 5);
    const twice = tf.mul(x, 2);
    const [p, q] = [model.predict(x), model.predict(twice)] as tf.Tensor[];
    expect(measure(y, q as tf.Tensor).arraySync()).toBeCloseTo(
      loss(classes(y), features(model, twice)),
      5,
    );
    expect(p?.shape).toEqual([9, 3]);
    for (let i = 0; i < 3; i++) expect(value()).toBeCloseTo(expected, 5);
  });
});

/** 9 samples of 4 steps of 6 features. */
function sequences() {
  const { y } = data(9);
  const steps = [0, 1, 2, 3].map((i) => tf.add(tf.randomNormal([9, 6], 0, 1, 'float32', i), i));
  return { x: tf.stack(steps, 1), y, steps };
}

class Holder extends tf.layers.Layer {
  static className = 'Holder';
  constructor(readonly inner: tf.layers.Layer) {
    super({});
  }
  override build(shape: tf.Shape) {
    if (!this.inner.built) this.inner.build(shape);
    this.inner.built = true;
    this.trainableWeights = this.inner.trainableWeights;
    super.build(shape);
  }
  override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return this.inner.apply((Array.isArray(x) ? x[0] : x) as tf.Tensor) as tf.Tensor;
  }
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return this.inner.computeOutputShape(shape) as tf.Shape;
  }
}

describe('a layer in timeDistributed', () => {
  function build() {
    const layer = softNearestNeighbor({ factor: 2 });
    const branch = hidden(1);
    const model = tf.sequential();
    model.add(tf.layers.timeDistributed({ layer: branch, inputShape: [4, 6] }));
    model.add(tf.layers.timeDistributed({ layer }));
    model.add(tf.layers.flatten());
    model.add(head('steps_head'));
    return { model, layer, branch };
  }

  test('is charged for each step, with its gradient; the metric sums them', async () => {
    const { x, y, steps } = sequences();
    const { model, layer, branch } = build();
    const kernel = kernelOf(branch);
    const { value, grad } = tf.valueAndGrad((w: tf.Tensor) =>
      tf.addN(steps.map((step) => softNearestNeighborLoss(classes(y), dense(step, w)))),
    )(kernel);
    const expected = Number(value.arraySync());
    model.compile({ optimizer: tf.train.sgd(1), loss: none, metrics: [entanglement(layer)] });
    expect(metric(model.evaluate(x, y))).toBeCloseTo(expected, 5);
    const before = kernel.clone();
    const step = (await model.trainOnBatch(x, y)) as number[];
    expect(step[0]).toBeCloseTo(2 * expected, 4);
    expect(step[1]).toBeCloseTo(expected, 5);
    const moved = tf.sub(before, kernelOf(branch));
    expect(tf.max(tf.abs(tf.sub(moved, tf.mul(grad, 2)))).arraySync()).toBeLessThan(1e-5);
  });

  test('leaves memory flat', async () => {
    const { x, y } = sequences();
    const { model, layer } = build();
    model.compile({ optimizer: 'sgd', loss: none, metrics: [entanglement(layer)] });
    const fit = { batchSize: 3, verbose: 0, validationData: [x, y] as [tf.Tensor, tf.Tensor] };
    await model.fit(x, y, fit);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 5; i++) {
      await model.fit(x, y, fit);
      tf.dispose([model.evaluate(x, y, { batchSize: 3 }), model.predict(x, { batchSize: 2 })]);
    }
    await Promise.resolve();
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

test('a layer beside and inside a custom layer counts at both', async () => {
  const { x, y } = data(12);
  const layer = softNearestNeighbor();
  const branches = [hidden(0), hidden(1)] as const;
  const holder = new Holder(layer);
  const input = tf.input({ shape: [6] });
  const codes = [layer.apply(branches[0].apply(input)), holder.apply(branches[1].apply(input))];
  const joined = tf.layers.concatenate().apply(codes as tf.SymbolicTensor[]);
  const outputs = symbolic(head('both_head').apply(joined as tf.SymbolicTensor));
  const model = tf.model({ inputs: input, outputs });
  const expected = branches.reduce((s, b) => s + loss(classes(y), dense(x, kernelOf(b))), 0);
  model.compile({ optimizer: still(), loss: none, metrics: [entanglement(layer)] });
  expect(metric(model.evaluate(x, y))).toBeCloseTo(expected, 5);
  const step = (await model.trainOnBatch(x, y)) as number[];
  expect(step).toEqual([expect.closeTo(expected, 5), expect.closeTo(expected, 5)]);
});

describe('a layer in a cell', () => {
  /** A cell that passes its input through the layer, and has no state to speak of. */
  class Cell extends tf.layers.Layer {
    static className = 'PassingCell';
    readonly stateSize = 6;
    constructor(readonly layer: SoftNearestNeighbor) {
      super({});
    }
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
      const [x, state] = inputs as [tf.Tensor, tf.Tensor];
      return [this.layer.apply(x) as tf.Tensor, state];
    }
  }

  test('of an RNN is a place at each step: measured, refused, charged where passed on', async () => {
    const { x, y, steps } = sequences();
    const layer = softNearestNeighbor({ name: 'in_cell' });
    const project = tf.layers.timeDistributed({ layer: hidden(7, 6), inputShape: [4, 6] });
    const cell = new Cell(layer) as tf.layers.Layer & { stateSize: number };
    const outer = tf.layers.rnn({ cell: cell as never, returnSequences: true });
    const model = tf.sequential({ layers: [project, outer, tf.layers.flatten()] });
    model.add(head('cell_head'));
    model.compile({ optimizer: still(), loss: none, metrics: [entanglement(layer)] });
    const kernel = kernelOf(project);
    const expected = steps.reduce((s, step) => s + loss(classes(y), dense(step, kernel)), 0);
    expect(metric(model.evaluate(x, y))).toBeCloseTo(expected, 5);
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/'in_cell' ran in a training step/);
    outer.addLoss(layer.losses);
    const [total, measured] = (await model.trainOnBatch(x, y)) as number[];
    expect(total).toBeCloseTo(expected, 5);
    expect(measured).toBeCloseTo(expected, 5);
  });
});

describe('a layer that tfjs asks for no loss', () => {
  const inner = (layer: SoftNearestNeighbor, branch: tf.layers.Layer) =>
    tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [6] }), branch, layer] });
  const containers = {
    'a sequential model in timeDistributed': (layer: SoftNearestNeighbor, b: tf.layers.Layer) =>
      tf.layers.timeDistributed({ layer: inner(layer, b), inputShape: [4, 6] }),
    'a custom layer in timeDistributed': (layer: SoftNearestNeighbor, b: tf.layers.Layer) =>
      tf.layers.timeDistributed({ layer: new Holder(inner(layer, b)), inputShape: [4, 6] }),
    'a timeDistributed model in a custom layer': (l: SoftNearestNeighbor, b: tf.layers.Layer) =>
      new Holder(tf.layers.timeDistributed({ layer: inner(l, b), inputShape: [4, 6] })),
  };

  describe.each(Object.entries(containers))('%s', (_, container) => {
    function build() {
      const layer = softNearestNeighbor({ name: 'inside' });
      const branch = hidden(2);
      const outer = container(layer, branch);
      const x = tf.input({ shape: [4, 6] });
      const flat = tf.layers.flatten().apply(outer.apply(x) as tf.SymbolicTensor);
      const model = tf.model({
        inputs: x,
        outputs: symbolic(head(`head_${tf.memory().numTensors}`).apply(flat)),
      });
      return { model, layer, outer, branch };
    }

    test.each(['loss', 'metric'])('is refused in the first step, labels by %s', async (by) => {
      const { x, y } = sequences();
      const { model, layer } = build();
      model.compile(
        by === 'loss'
          ? { optimizer: 'sgd', loss: withTargetLabels('meanSquaredError') }
          : { optimizer: 'sgd', loss: 'meanSquaredError', metrics: [entanglement(layer)] },
      );
      for (let i = 0; i < 2; i++) {
        await expect(model.trainOnBatch(x, y)).rejects.toThrow(
          /'inside' ran in a training step, but nobody asked.*outer.addLoss\(layer.losses\)/,
        );
      }
    });

    test('is charged for each step where the outer layer passes the loss on', async () => {
      const { x, y, steps } = sequences();
      const { model, layer, outer, branch } = build();
      outer.addLoss(layer.losses);
      model.compile({ optimizer: still(), loss: none, metrics: [entanglement(layer)] });
      const expected = steps.reduce(
        (s, step) => s + loss(classes(y), dense(step, kernelOf(branch))),
        0,
      );
      expect(metric(model.evaluate(x, y))).toBeCloseTo(expected, 5);
      const result = (await model.trainOnBatch(x, y)) as number[];
      expect(result[0]).toBeCloseTo(expected, 5);
      expect(result[1]).toBeCloseTo(expected, 5);
    });

    test('only measures with factor 0', async () => {
      const { x, y } = sequences();
      const layer = softNearestNeighbor({ factor: 0 });
      const outer = container(layer, hidden(2));
      const model = tf.sequential();
      model.add(tf.layers.inputLayer({ inputShape: [4, 6] }));
      model.add(outer);
      model.add(tf.layers.flatten());
      model.add(tf.layers.dense({ units: 3 }));
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: [entanglement(layer)] });
      await expect(model.trainOnBatch(x, y)).resolves.toBeDefined();
    });
  });
});

/** code -> two outputs; `layer` on the way to both, or to the second only. */
function twoOutputs(layer: SoftNearestNeighbor, at: 'both' | 'second') {
  const x = tf.input({ shape: [6] });
  const branch = hidden(5);
  const code = symbolic(branch.apply(x));
  const seen = symbolic(layer.apply(code));
  const outputs = ['left', 'right'].map((name, i) => {
    const from = at === 'both' || i === 1 ? seen : code;
    return symbolic(head(`${name}_${layer.name}`).apply(from));
  });
  return { model: tf.model({ inputs: x, outputs }), branch };
}

describe('labels', () => {
  test.each(['both', 'second'] as const)(
    'are those of the layer’s own metric before those of a wrapped loss (%s)',
    async (at) => {
      const { x, y } = data(12);
      const layer = softNearestNeighbor({ name: `own_${at}` });
      const { model, branch } = twoOutputs(layer, at);
      model.compile({
        optimizer: still(),
        loss: [none, nothing],
        metrics: { [`right_own_${at}`]: entanglement(layer) },
      });
      const expected = loss(classes(other(12)), dense(x, kernelOf(branch)));
      expect(loss(classes(y), dense(x, kernelOf(branch)))).not.toBeCloseTo(expected, 2);
      expect(metric(model.evaluate(x, [y, other(12)]))).toBeCloseTo(expected, 5);
      const step = (await model.trainOnBatch(x, [y, other(12)])) as number[];
      expect(step[0]).toBeCloseTo(expected, 5);
      expect(step.at(-1)).toBeCloseTo(expected, 5);
    },
  );

  test('reach the layer from a loss inside a tidy, and one that is given a part of the output', async () => {
    const { x, y } = data(9);
    const layer = softNearestNeighbor();
    const model = models.nested(layer);
    const expected = loss(classes(y), features(model, x));
    for (const wrapped of [
      (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.tidy(() => none(yTrue, yPred)),
      (yTrue: tf.Tensor, yPred: tf.Tensor) => none(yTrue, tf.slice(yPred, 0, [-1, 2])),
    ]) {
      model.compile({ optimizer: still(), loss: wrapped });
      expect(await model.trainOnBatch(x, y)).toBeCloseTo(expected, 5);
      model.compile({ optimizer: still(), loss: wrapped, metrics: [entanglement(layer)] });
      const batches = (await model.evaluate(x, y, { batchSize: 9 })) as tf.Scalar[];
      expect(metric(batches)).toBeCloseTo(expected, 5);
      const [total] = (await model.trainOnBatch(x, y)) as number[];
      expect(total).toBeCloseTo(expected, 5);
    }
  });

  test('of two layers come from the metric of each', async () => {
    const { x, y } = data(12);
    const layers = [softNearestNeighbor({ name: 'la' }), softNearestNeighbor({ name: 'lb' })];
    const input = tf.input({ shape: [6] });
    const branches = [hidden(0), hidden(1)];
    const outputs = layers.map((layer, i) =>
      symbolic(
        head(`out_${layer.name}`).apply(
          layer.apply(branches[i]?.apply(input) ?? []) as tf.SymbolicTensor,
        ),
      ),
    );
    const model = tf.model({ inputs: input, outputs });
    const [a, b] = layers as [SoftNearestNeighbor, SoftNearestNeighbor];
    const values = [y, other(12)].map((l, i) =>
      loss(classes(l), dense(x, kernelOf(branches[i] as tf.layers.Layer))),
    ) as [number, number];
    const targets = [y, other(12)];
    // A wrapped loss for the first, a metric for the second.
    model.compile({
      optimizer: still(),
      loss: [none, nothing],
      metrics: { out_lb: entanglement(b) },
    });
    expect(metric(model.evaluate(x, targets))).toBeCloseTo(values[1], 5);
    const [total] = (await model.trainOnBatch(x, targets)) as number[];
    expect(total).toBeCloseTo(values[0] + values[1], 5);
    model.compile({
      optimizer: still(),
      loss: [nothing, nothing],
      metrics: { out_la: entanglement(a), out_lb: entanglement(b) },
    });
    const result = model.evaluate(x, targets);
    await Promise.resolve();
    const { numTensors } = tf.memory();
    await model.trainOnBatch(x, targets);
    await Promise.resolve();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(metric(result, -2)).toBeCloseTo(values[0], 5);
    expect(metric(result)).toBeCloseTo(values[1], 5);
  });

  test('of two metrics with different targets are refused, with the names of the outputs', async () => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ name: 'torn' });
    const { model } = twoOutputs(layer, 'second');
    model.compile({
      optimizer: still(),
      loss: [nothing, nothing],
      metrics: { left_torn: entanglement(layer), right_torn: entanglement(layer) },
    });
    const message =
      /'torn' is given labels by 2 outputs of the model, 'left_torn' and 'right_torn'/;
    expect(() => model.evaluate(x, [y, other(12)])).toThrow(message);
    await expect(model.trainOnBatch(x, [y, other(12)])).rejects.toThrow(message);
    // One target for both is no conflict.
    await expect(model.trainOnBatch(x, [y, y])).resolves.toBeDefined();
  });

  test('of two wrapped losses with different targets are refused with their names', async () => {
    const { x, y } = data(12);
    const layer = softNearestNeighbor({ name: 'split' });
    const { model } = twoOutputs(layer, 'both');
    model.compile({ optimizer: still(), loss: [none, none] });
    await expect(model.trainOnBatch(x, [y, other(12)])).rejects.toThrow(
      /2 outputs of the model, 'left_split' and 'right_split'.*Wrap only/,
    );
    // A metric decides.
    model.compile({
      optimizer: still(),
      loss: [none, none],
      metrics: { left_split: entanglement(layer) },
    });
    await expect(model.trainOnBatch(x, [y, other(12)])).resolves.toBeDefined();
  });
});

describe('a pass of a teacher', () => {
  const kinds = {
    predict: (teacher: tf.LayersModel, x: tf.Tensor) => teacher.predict(x) as tf.Tensor,
    apply: (teacher: tf.LayersModel, x: tf.Tensor) => teacher.apply(x) as tf.Tensor,
    evaluate: (teacher: tf.LayersModel, x: tf.Tensor) =>
      tf.add(
        tf.zerosLike(teacher.predict(x) as tf.Tensor),
        teacher.evaluate(x, data(9).y) as tf.Scalar,
      ),
  };

  describe.each(Object.entries(kinds))('by %s', (_, run) => {
    test.each([
      ['a layer of its own', false],
      ['the layer of the student', true],
    ])('with %s changes neither labels nor captures, in loss or metric', async (_, same) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const { x, y } = data(9);
      const layer = softNearestNeighbor();
      const student = models.functional(layer);
      const teacher = same ? student : models.nested(softNearestNeighbor());
      const far = tf.mul(x, 3);
      if (!same) teacher.compile({ optimizer: 'sgd', loss: none });
      const distil: LossOrMetricFunction = (_, yPred) =>
        tf.mul(tf.add(tf.sum(run(teacher, far)), tf.sum(yPred)), 0);
      const expected = loss(classes(y), features(student, x));
      const snnl = entanglement(layer);
      const optimizer = still();
      const fit = { batchSize: 9, verbose: 0, validationData: [x, y] as [tf.Tensor, tf.Tensor] };
      // A model that evaluates itself in its own loss never ends.
      if (same && run === kinds.evaluate) return;
      for (const options of [
        { optimizer, loss: withTargetLabels(distil) },
        { optimizer, loss: withTargetLabels(distil), metrics: [snnl] },
        { optimizer, loss: distil, metrics: [snnl] },
        { optimizer, loss: none, metrics: [distil, snnl] },
        { optimizer, loss: nothing, metrics: [distil, snnl] },
        { optimizer, loss: none, metrics: [snnl, distil] },
      ]) {
        student.compile(options);
        const { history } = await student.fit(x, y, fit);
        expect(Number(history.loss?.[0])).toBeCloseTo(expected, 5);
        for (const key of Object.keys(history).filter((name) => name.endsWith('_entanglement'))) {
          expect(Number(history[key]?.[0])).toBeCloseTo(expected, 5);
        }
      }
      const { numTensors } = tf.memory();
      await student.fit(x, y, fit);
      await Promise.resolve();
      expect(tf.memory().numTensors).toBe(numTensors);
      expect(warn).not.toHaveBeenCalled();
    });
  });

  test('with labels as an input, by the student itself', async () => {
    const { x, y } = data(9);
    const layer = softNearestNeighbor();
    const branch = hidden(4);
    const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [3] })] as const;
    const code = layer.apply([symbolic(branch.apply(inputs[0])), inputs[1]]);
    const model = tf.model({
      inputs: [...inputs],
      outputs: symbolic(head('own_labels').apply(code as tf.SymbolicTensor)),
    });
    const labels = other(9);
    const again: LossOrMetricFunction = () =>
      tf.mul(tf.sum(model.predict([tf.mul(x, 3), labels]) as tf.Tensor), 0);
    const expected = loss(classes(labels), dense(x, kernelOf(branch)));
    for (const wrapped of [again, withTargetLabels(again)]) {
      model.compile({ optimizer: still(), loss: wrapped, metrics: [entanglement(layer)] });
      expect(metric(model.evaluate([x, labels], y))).toBeCloseTo(expected, 5);
      const step = (await model.trainOnBatch([x, labels], y)) as number[];
      expect(step).toEqual([expect.closeTo(expected, 5), expect.closeTo(expected, 5)]);
      model.compile({ optimizer: still(), loss: wrapped });
      expect(await model.trainOnBatch([x, labels], y)).toBeCloseTo(expected, 5);
    }
  });

  test('may lie behind the student, so that its gradient runs through its layer', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { x, y } = data(9);
    const student = models.functional(softNearestNeighbor(), 6);
    const teacher = models.functional(softNearestNeighbor());
    const perceptual: LossOrMetricFunction = (_, yPred) =>
      tf.mean(tf.square(teacher.predict(yPred) as tf.Tensor));
    const target = tf.pad(tf.cast(y, 'float32'), [
      [0, 0],
      [0, 3],
    ]);
    student.compile({ optimizer: 'sgd', loss: withTargetLabels(perceptual) });
    await expect(student.trainOnBatch(x, target)).resolves.toBeGreaterThan(0);
    await Promise.resolve();
    expect(warn).not.toHaveBeenCalled();
  });
});

test('a predict of the student in a callback changes nothing', async () => {
  const { x, y } = data(18);
  const layer = softNearestNeighbor();
  const model = models.nested(layer);
  model.compile({ optimizer: still(), loss: none, metrics: [entanglement(layer)] });
  const look = async () => tf.dispose([model.predict(tf.mul(x, 3)), model.evaluate(x, y)]);
  const { history } = await model.fit(x, y, {
    batchSize: 18,
    verbose: 0,
    callbacks: { onBatchBegin: look, onBatchEnd: look, onEpochEnd: look },
  });
  const expected = loss(classes(y), features(model, x));
  for (const values of Object.values(history)) expect(Number(values[0])).toBeCloseTo(expected, 5);
});

describe('two models on one tape', () => {
  test.each([
    ['one after the other', false],
    ['both before the losses', true],
  ])('are charged with their own labels: %s', (_, together) => {
    const { x, y } = data(9);
    const [a, b] = [softNearestNeighbor(), softNearestNeighbor()].map((l) =>
      models.functional(l),
    ) as [tf.LayersModel, tf.LayersModel];
    const run = (which: tf.LayersModel[]) =>
      Number(
        tf
          .variableGrads(() => {
            const outputs = together ? [a, b].map((m) => m.apply(x, { training: true })) : [];
            const losses = [a, b].map((model, i) => {
              const output = (outputs[i] ?? model.apply(x, { training: true })) as tf.Tensor;
              return none(i === 0 ? y : other(9), output);
            });
            return tf.addN([
              ...losses,
              ...which.flatMap((model) => model.calculateLosses()),
            ]) as tf.Scalar;
          })
          .value.arraySync(),
      );
    const alone = [a, b].map((m, i) => loss(classes(i === 0 ? y : other(9)), features(m, x)));
    if (together) {
      // The first might have its labels from either output.
      expect(() => run([a, b])).toThrow(/2 outputs of the model/);
      return;
    }
    expect(run([a, b])).toBeCloseTo((alone[0] ?? NaN) + (alone[1] ?? NaN), 5);
  });

  test('a pass on each half of the data is charged for both', () => {
    const { x, y } = data(12);
    const model = models.functional(softNearestNeighbor());
    const halves = [tf.slice(x, 0, 6), tf.slice(x, 6, 6)];
    const labels = [tf.slice(y, 0, 6), tf.slice(other(12), 6, 6)];
    const { value } = tf.variableGrads(() => {
      const losses = halves.map((half, i) =>
        none(labels[i] as tf.Tensor, model.apply(half, { training: true }) as tf.Tensor),
      );
      return tf.addN([...losses, ...model.calculateLosses()]) as tf.Scalar;
    });
    const expected = halves.reduce(
      (s, half, i) => s + loss(classes(labels[i] as tf.Tensor), features(model, half)),
      0,
    );
    expect(value.arraySync()).toBeCloseTo(expected, 5);
  });
});

describe('is said once on the console', () => {
  test('that a step trained on a layer and nobody asked for its loss', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { x, y } = data(9);
    const layer = softNearestNeighbor({ name: 'forgotten' });
    const model = models.functional(layer);
    const step = () =>
      tf.dispose(
        tf.variableGrads(
          () => tf.mean(tf.square(model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar,
        ),
      );
    step();
    const { numTensors } = tf.memory();
    step();
    step();
    await Promise.resolve();
    expect(warn.mock.calls).toHaveLength(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/'forgotten' ran in a training step.*calculateLosses/);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors);
    expect(() =>
      tf.variableGrads(() => none(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar),
    ).toThrow(/nobody asked for its loss.*calculateLosses/);
  });

  test.each(['directly', 'through a dense layer', 'beside one that runs'])(
    'that a layer leads to no output: %s',
    async (how) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const { x, y } = data(9);
      const name = `dangling_${how.length}`;
      const input = tf.input({ shape: [6] });
      const code = symbolic(hidden(0).apply(input));
      const branch = symbolic(softNearestNeighbor({ name }).apply(code));
      if (how === 'through a dense layer') head(`after_${name}`).apply(branch);
      const used =
        how === 'beside one that runs' ? symbolic(softNearestNeighbor().apply(code)) : code;
      const outputs = symbolic(head(`head_${name}`).apply(used));
      const model = tf.model({ inputs: input, outputs });
      // A model that is built and not yet trained is none of the step's business.
      models.functional(softNearestNeighbor());
      model.compile({ optimizer: 'sgd', loss: withTargetLabels('meanSquaredError') });
      for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
      expect(warn.mock.calls).toEqual([[expect.stringContaining(`'${name}' did not run`)]]);
    },
  );

  test('not where a step failed', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { x, y } = data(9);
    const model = models.functional(softNearestNeighbor());
    model.compile({
      optimizer: 'sgd',
      loss: () => {
        throw new Error('broken loss');
      },
    });
    await expect(model.trainOnBatch(x, y)).rejects.toThrow('broken loss');
    expect(warn).not.toHaveBeenCalled();
  });
});

test('a step that fails in its losses leaves nothing behind', async () => {
  const { x, y } = data(9);
  const model = models.functional(softNearestNeighbor());
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const { numTensors } = tf.memory();
  for (let i = 0; i < 3; i++) {
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/has no labels/);
    await Promise.resolve();
    expect(tf.memory().numTensors).toBe(numTensors);
  }
});

test('predict keeps no more than a bounded share of the data for a reading that may come', () => {
  const captures = new Captures(() => {}, 4 * 2 * 6);
  const batches = [0, 1, 2, 3].map((seed) => tf.randomNormal([2, 3], 0, 1, 'float32', seed));
  tf.tidy(() => {
    const { numTensors } = tf.memory();
    for (const batch of batches) {
      tf.tidy(() => {
        captures.add(batch, [], { training: false, always: true });
      });
    }
    expect(tf.memory().numTensors).toBe(numTensors + 2);
    const reading = read(tf.zeros([2]), tf.zeros([2, 1]));
    expect(reading && captures.of(reading)).toBeUndefined();
  });
});
