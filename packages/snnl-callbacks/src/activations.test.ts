// The whole of tfjs: its recurrent layers need the chained operations.
import '@tensorflow/tfjs';
import { memory, randomNormal, slice, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  model as functional,
  input,
  type LayersModel,
  layers,
  type RNN,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { allLayers, softNearestNeighbor } from 'snnl-layer';
import { describe, expect, it } from 'vitest';
import { ActivationReader, type LayerActivations } from './activations';
import { chosenLayers } from './model-layers';
import { blobs, CONTAINERS, MODELS, nestedModel, plainModel } from './testing/models';

const { x } = blobs({ count: 10 });

function reader(model: LayersModel, names: string[]): ActivationReader {
  return new ActivationReader(model, chosenLayers(model, names));
}

function values(activations: LayerActivations[]): Record<string, number[][]> {
  return Object.fromEntries(activations.map(({ name, features }) => [name, features.arraySync()]));
}

/** What a layer with one input gives for the output of the layer before it. */
function applied(model: LayersModel, name: string, to: Tensor): number[][] {
  const [layer] = chosenLayers(model, [name]) as [layers.Layer];
  return (layer.apply(to) as Tensor2D).arraySync();
}

describe('ActivationReader', () => {
  it.each(Object.entries(MODELS))('reads layers of a %s model', async (_, create) => {
    const model = create();
    const read = values(await reader(model, ['snnl', 'hidden', 'classes']).read(x, 4));
    expect(Object.keys(read)).toEqual(['snnl', 'hidden', 'classes']);
    expect(read.hidden).toEqual(applied(model, 'hidden', x));
    expect(read.snnl).toEqual(read.hidden);
    expect(read.classes).toEqual((model.predict(x) as Tensor2D).arraySync());
  });

  it.each(Object.entries(CONTAINERS))('reads a layer inside %s', async (name, create) => {
    const model = create();
    const read = values(await reader(model, ['snnl', 'hidden']).read(x, 4));
    // A custom layer runs it once for all steps.
    const each = name === 'a custom layer' ? ['snnl'] : ['snnl', 'snnl-2'];
    expect(Object.keys(read)).toEqual([...each, 'hidden', 'hidden-2']);
    const steps = [0, 1].map((step) => applied(model, 'hidden', slice(x, [0, 2 * step], [-1, 2])));
    expect([read.hidden, read['hidden-2']]).toEqual(steps);
    const joined = steps[0]?.map((row, i) => [...row, ...(steps[1]?.[i] ?? [])]);
    if (each.length === 1) expect(read.snnl).toEqual(joined);
    else expect([read.snnl, read['snnl-2']]).toEqual(steps);
  });

  it('reads what bidirectional runs', async () => {
    const model = sequential();
    const lstm = layers.lstm({ name: 'lstm', units: 2 }) as RNN;
    model.add(layers.reshape({ targetShape: [2, 2], inputShape: [4] }));
    model.add(layers.bidirectional({ name: 'both', layer: lstm, mergeMode: 'concat' }));
    const read = values(await reader(model, ['both', 'forward_lstm', 'backward_lstm']).read(x, 4));
    const joined = read.forward_lstm?.map((row, i) => [...row, ...(read.backward_lstm?.[i] ?? [])]);
    expect(read.both).toEqual(joined);
  });

  it('refuses a layer that its container does not run', async () => {
    class Idle extends layers.Layer {
      static className = 'Idle';
      readonly held = softNearestNeighbor({ name: 'snnl' });
      override call(inputs: Tensor | Tensor[]): Tensor {
        return (Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs).clone();
      }
    }
    const model = sequential();
    model.add(layers.dense({ units: 2, inputShape: [4] }));
    model.add(new Idle({}));
    await expect(reader(model, ['snnl']).read(x, 4)).rejects.toThrow("'snnl' did not run");
  });

  it('runs only what the layers need', async () => {
    const model = plainModel();
    const hidden = reader(model, ['hidden']);
    const classes = chosenLayers(model, ['classes'])[0];
    let ran = false;
    classes?.setCallHook(() => {
      ran = true;
    });
    await hidden.read(x, 10);
    expect(ran).toBe(false);
    await reader(model, ['classes']).read(x, 10);
    expect(ran).toBe(true);
  });

  it('runs the model once a batch, however many layers', async () => {
    const model = plainModel();
    let passes = 0;
    chosenLayers(model, ['hidden'])[0]?.setCallHook(() => {
      passes += 1;
    });
    await reader(model, ['hidden', 'classes']).read(x, 4);
    expect(passes).toBe(3);
  });

  it('flattens features and takes the units that an entanglement layer measures', async () => {
    const model = sequential();
    model.add(layers.dense({ name: 'wide', units: 6, inputShape: [2, 3] }));
    model.add(softNearestNeighbor({ name: 'snnl', units: 5 }));
    const batch = randomNormal([3, 2, 3]);
    const read = await reader(model, ['wide', 'snnl']).read(batch, 8);
    expect(read.map(({ features }) => features.shape)).toEqual([
      [3, 12],
      [3, 5],
    ]);
    const [wide, snnl] = read.map(({ features }) => features) as [Tensor2D, Tensor2D];
    expect(snnl.arraySync()).toEqual(slice(wide, 0, [-1, 5]).arraySync());
  });

  it('numbers the places of a layer that is applied twice', async () => {
    const shared = layers.dense({ name: 'shared', units: 2 });
    const a = input({ shape: [4] });
    const b = input({ shape: [4] });
    const model = functional({
      inputs: [a, b],
      outputs: layers
        .concatenate()
        .apply([shared.apply(a), shared.apply(b)] as SymbolicTensor[]) as SymbolicTensor,
    });
    const other = randomNormal([10, 4]);
    const read = values(await reader(model, ['shared']).read([x, other], 4));
    expect(read.shared).toEqual(applied(model, 'shared', x));
    expect(read['shared-2']).toEqual(applied(model, 'shared', other));
  });

  it('leaves out places in other models', async () => {
    const shared = layers.dense({ name: 'shared', units: 2 });
    const elsewhere = input({ shape: [4] });
    shared.apply(elsewhere);
    const a = input({ shape: [4] });
    const model = functional({ inputs: a, outputs: shared.apply(a) as SymbolicTensor });
    expect((await reader(model, ['shared']).read(x, 4)).map(({ name }) => name)).toEqual([
      'shared',
    ]);
  });

  it('reads the input, and layers beside a label input that they do not need', async () => {
    const features = input({ shape: [4], name: 'pixels' });
    const labels = input({ shape: [1], name: 'labels' });
    const hidden = layers.dense({ name: 'hidden', units: 3 }).apply(features) as SymbolicTensor;
    const code = softNearestNeighbor().apply([hidden, labels]) as SymbolicTensor;
    const model = functional({ inputs: [features, labels], outputs: code });
    const ids = randomNormal([10, 1]);
    const read = values(await reader(model, ['pixels', 'hidden']).read([x, ids], 4));
    expect(read.pixels).toEqual(x.arraySync());
    expect(read.hidden).toEqual(applied(model, 'hidden', x));
  });

  it('puts back the state of stateful layers', async () => {
    const model = sequential();
    model.add(
      layers.lstm({ name: 'memory', units: 3, stateful: true, batchInputShape: [2, 4, 1] }),
    );
    const lstm = chosenLayers(model, ['memory'])[0] as RNN;
    const batch = randomNormal([2, 4, 1], 0, 1, 'float32', 1);
    const heldOut = randomNormal([4, 4, 1], 0, 1, 'float32', 2);
    const states = (): unknown => lstm.states.map((state) => state.arraySync());
    await reader(model, ['memory']).read(heldOut, 2);
    expect(states()).toEqual(
      [0, 1].map(() => [
        [0, 0, 0],
        [0, 0, 0],
      ]),
    );
    model.predict(batch, { batchSize: 2 });
    const before = states();
    const tensors = memory().numTensors;
    const read = await reader(model, ['memory']).read(heldOut, 32);
    expect(read[0]?.features.shape).toEqual([4, 3]);
    expect(states()).toEqual(before);
    expect(memory().numTensors).toBe(tensors + 1);
  });

  it('leaves no tensor but the features, and the layers as they were', async () => {
    const model = nestedModel();
    const all = allLayers(model);
    const before = memory().numTensors;
    const read = await reader(model, ['hidden', 'encoder']).read(x, 4);
    expect(memory().numTensors).toBe(before + 2);
    expect(all.filter((layer) => Object.hasOwn(layer, 'call'))).toEqual([]);
    expect(all.map((layer) => layer.outboundNodes.length)).toEqual(
      allLayers(nestedModel()).map((layer) => layer.outboundNodes.length),
    );
    const [hidden, encoder] = read.map(({ features }) => features) as [Tensor2D, Tensor2D];
    expect(encoder.arraySync()).toEqual(hidden.arraySync());
  });

  it('frees what it has when a pass fails', async () => {
    const model = plainModel();
    const hidden = reader(model, ['hidden']);
    let passes = 0;
    chosenLayers(model, ['hidden'])[0]?.setCallHook(() => {
      passes += 1;
      if (passes === 2) throw new Error('broken');
    });
    const before = memory().numTensors;
    await expect(hidden.read(x, 4)).rejects.toThrow('broken');
    expect(memory().numTensors).toBe(before);
  });

  it('refuses a layer that belongs to no model', () => {
    const stray = layers.dense({ name: 'stray', units: 1 });
    expect(() => new ActivationReader(plainModel(), [stray])).toThrow("'stray' is applied nowhere");
  });

  it('refuses a stateful layer whose state it cannot put back', async () => {
    const model = plainModel();
    const [hidden] = chosenLayers(model, ['hidden']) as [layers.Layer];
    Object.defineProperty(hidden, 'stateful', { value: true });
    await expect(reader(model, ['hidden']).read(x, 4)).rejects.toThrow(
      "'hidden' (Dense) is stateful",
    );
  });
});
