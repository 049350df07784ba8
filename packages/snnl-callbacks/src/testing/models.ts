import {
  add,
  cast,
  gather,
  mul,
  oneHot,
  randomUniform,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  model as functional,
  initializers,
  input,
  type LayersModel,
  layers,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import {
  type SoftNearestNeighbor,
  type SoftNearestNeighborOptions,
  softNearestNeighbor,
  withTargetLabels,
} from 'snnl-layer';

/** Samples around one centre for each class: features `[count, width]` and labels. */
export function blobs({ count = 60, classes = 3, width = 4, spread = 1, seed = 1 } = {}): {
  x: Tensor2D;
  ids: Tensor1D;
  oneHot: Tensor2D;
} {
  return tidy(() => {
    const ids = tensor1d(
      Array.from({ length: count }, (_, i) => i % classes),
      'int32',
    );
    const centres = randomUniform([classes, width], -2, 2, 'float32', seed);
    const noise = randomUniform([count, width], -1, 1, 'float32', seed + 1);
    return {
      x: add(gather(centres, ids), mul(noise, spread)) as Tensor2D,
      ids,
      oneHot: cast(oneHot(ids, classes), 'float32') as Tensor2D,
    };
  });
}

const start = (seed: number) => initializers.glorotUniform({ seed });
const dense = (name: string, units: number, activation: 'relu' | 'softmax' = 'relu') =>
  layers.dense({ name, units, activation, kernelInitializer: start(units) });

function compiled(model: LayersModel): LayersModel {
  model.compile({ optimizer: 'sgd', loss: withTargetLabels('categoricalCrossentropy') });
  return model;
}

/** 4 features, hidden 5 (layer `hidden`), entanglement layer `snnl`, 3 classes; functional. */
export function functionalModel(options: SoftNearestNeighborOptions = {}): LayersModel {
  const x = input({ shape: [4] });
  const hidden = dense('hidden', 5).apply(x);
  const code = softNearestNeighbor({ name: 'snnl', ...options }).apply(hidden as SymbolicTensor);
  return compiled(
    functional({
      inputs: x,
      outputs: dense('classes', 3, 'softmax').apply(code) as SymbolicTensor,
    }),
  );
}

/** The same as a sequential model. */
export function sequentialModel(options: SoftNearestNeighborOptions = {}): LayersModel {
  const model = sequential();
  model.add(layers.inputLayer({ inputShape: [4] }));
  model.add(dense('hidden', 5));
  model.add(softNearestNeighbor({ name: 'snnl', ...options }));
  model.add(dense('classes', 3, 'softmax'));
  return compiled(model);
}

/** An encoder model with hidden layer and entanglement layer inside a functional model. */
export function nestedModel(options: SoftNearestNeighborOptions = {}): LayersModel {
  const encoder = sequential({ name: 'encoder' });
  encoder.add(layers.inputLayer({ inputShape: [4] }));
  encoder.add(dense('hidden', 5));
  encoder.add(softNearestNeighbor({ name: 'snnl', ...options }));
  const x = input({ shape: [4] });
  const code = encoder.apply(x) as SymbolicTensor;
  return compiled(
    functional({
      inputs: x,
      outputs: dense('classes', 3, 'softmax').apply(code) as SymbolicTensor,
    }),
  );
}

/** No entanglement layer. */
export function plainModel(): LayersModel {
  const model = sequential();
  model.add(layers.inputLayer({ inputShape: [4] }));
  model.add(dense('hidden', 5));
  model.add(dense('classes', 3, 'softmax'));
  return compiled(model);
}

export const MODELS = {
  functional: functionalModel,
  sequential: sequentialModel,
  nested: nestedModel,
};

/** A custom layer that holds another one, and runs it. */
class Holder extends layers.Layer {
  static className = 'Holder';

  constructor(private readonly held: layers.Layer) {
    super({ name: 'holder' });
    this.addLoss(held.losses);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return this.held.apply(inputs) as Tensor;
  }
}

/** 2 steps of 2 features from the 4 of the others; the entanglement layer inside of something. */
const stepsModel =
  (inside: (layer: SoftNearestNeighbor) => layers.Layer) =>
  (options: SoftNearestNeighborOptions = {}): LayersModel => {
    const model = sequential();
    model.add(layers.reshape({ targetShape: [2, 2], inputShape: [4] }));
    model.add(layers.timeDistributed({ layer: dense('hidden', 5) }));
    model.add(inside(softNearestNeighbor({ name: 'snnl', ...options })));
    model.add(layers.flatten());
    model.add(dense('classes', 3, 'softmax'));
    return compiled(model);
  };

export const CONTAINERS = {
  timeDistributed: stepsModel((layer) => layers.timeDistributed({ layer })),
  'a model in timeDistributed': stepsModel((layer) => {
    const inner = sequential({ layers: [layers.inputLayer({ inputShape: [5] }), layer] });
    const outer = layers.timeDistributed({ layer: inner });
    outer.addLoss(layer.losses);
    return outer;
  }),
  'a custom layer': stepsModel((layer) => new Holder(layer)),
};
