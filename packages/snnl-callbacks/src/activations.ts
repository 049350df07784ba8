import {
  cast,
  concat,
  dispose,
  keep,
  reshape,
  slice,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  model as functional,
  type LayersModel,
  type layers,
  RNN,
  Sequential,
} from '@tensorflow/tfjs-layers';
import { allLayers } from 'snnl-layer';
import { isSoftNearestNeighbor } from './model-layers';
import { pace } from './pace';

type Layer = layers.Layer;

/** What one layer gives for a data set. */
export interface LayerActivations {
  /** The layer's name; with `-2`, `-3`... where it is applied at several places. */
  readonly name: string;
  readonly layer: Layer;
  /** float32 `[samples, features]`, trailing axes flattened. The receiver disposes it. */
  readonly features: Tensor2D;
}

/** Reads the activations of chosen layers in one pass over the part of the model they need. */
export class ActivationReader {
  private readonly runner: LayersModel;
  private readonly all: Layer[];

  /** @throws Error if a layer is applied nowhere in the model. */
  constructor(
    model: LayersModel,
    private readonly chosen: readonly Layer[],
  ) {
    this.runner = subModel(model, chosen);
    this.all = allLayers(model);
  }

  /**
   * The activations for `x`, in batches; the event loop turns between them. As in `predict`:
   * without dropout, and without effect on the model.
   *
   * @param x The model's input or inputs `[samples, ...]`.
   */
  async read(x: Tensor | readonly Tensor[], batchSize: number): Promise<LayerActivations[]> {
    const inputs: readonly Tensor[] = Array.isArray(x) ? x : [x];
    const samples = inputs[0]?.shape[0] ?? 0;
    // Some models are made for one size, stateful ones always.
    const step = this.runner.inputs[0]?.shape[0] ?? batchSize;
    /** Batches of features, by layer and by place where it is applied. */
    const parts: Tensor2D[][][] = this.chosen.map(() => []);
    try {
      for (let start = 0; start < samples; start += step) {
        const size = Math.min(step, samples - start);
        const seen = tidy(() => this.pass(inputs.map((input) => sliceRows(input, start, size))));
        seen.forEach((places, index) => {
          places.forEach((features, place) => {
            const list = (parts[index] ?? [])[place] ?? [];
            if (list.push(features) === 1) parts[index]?.push(list);
          });
        });
        await pace.step();
      }
      this.chosen.forEach((layer, index) => {
        if (samples === 0 || parts[index]?.length !== 0) return;
        throw new Error(
          `Layer '${layer.name}' did not run, so there is nothing to measure. Expected the layer ` +
            'that holds it to run it when the model predicts.',
        );
      });
      return this.chosen.flatMap((layer, index) =>
        (parts[index] ?? []).map((features, place) => ({
          name: place === 0 ? layer.name : `${layer.name}-${place + 1}`,
          layer,
          features: concat(features, 0),
        })),
      );
    } finally {
      dispose(parts.flat(2));
    }
  }

  /** One batch: features of each chosen layer at each of its places. */
  private pass(batch: Tensor[]): Tensor2D[][] {
    const seen: Tensor2D[][] = this.chosen.map(() => []);
    const run = this.chosen.reduceRight<() => unknown>(
      (inner, layer, index) => () =>
        intercepting(layer, (output) => seen[index]?.push(features(layer, output)), inner),
      () => this.runner.predictOnBatch(batch.length === 1 ? (batch[0] as Tensor) : batch),
    );
    const restore = keepStates(this.all);
    try {
      run();
    } finally {
      restore();
    }
    this.runner.inputLayers.forEach((input, i) => {
      const index = this.chosen.indexOf(input);
      if (index >= 0) seen[index]?.push(features(input, batch[i] as Tensor));
    });
    return seen;
  }
}

function sliceRows(x: Tensor, start: number, size: number): Tensor {
  return slice(x, [start, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]);
}

/** A kept copy as float32 rows; of a SoftNearestNeighbor layer only the units that it measures. */
function features(layer: Layer, output: Tensor): Tensor2D {
  return tidy(() => {
    const rows = reshape(cast(output, 'float32'), [output.shape[0] as number, -1]) as Tensor2D;
    const units = isSoftNearestNeighbor(layer) ? layer.units : null;
    return keep(units === null ? rows.clone() : slice(rows, 0, [-1, units]));
  });
}

const contains = (container: Layer, layer: Layer): boolean =>
  container === layer || allLayers(container).includes(layer);

/**
 * The part of `model` that is needed to run the given layers: its outputs are those of the layers,
 * or of the inner models, wrappers and custom layers that contain them. It shares layers and weights,
 * and owns nothing that would have to be disposed.
 *
 * @throws Error if a layer is applied nowhere in the model.
 */
function subModel(model: LayersModel, wanted: readonly Layer[]): LayersModel {
  // A sequential model has no graph before it was used once.
  if (model instanceof Sequential && !model.built) {
    if (model.inputs[0] === undefined) {
      throw new Error(
        `Model '${model.name}' has no input yet. Give its first layer an inputShape.`,
      );
    }
    model.build(model.inputs[0].shape);
  }
  const outputs = wanted.flatMap((layer) => {
    const top = model.layers.find((candidate) => contains(candidate, layer));
    const nodes = top?.inboundNodes.filter((_, index) =>
      // A layer may also be applied outside of this model.
      model.containerNodes.has(`${top.name}_ib-${index}`),
    );
    const found = nodes?.flatMap((node) => node.outputTensors) ?? [];
    if (found.length === 0) {
      throw new Error(`Layer '${layer.name}' is applied nowhere in model '${model.name}'.`);
    }
    return found;
  });
  return functional({ inputs: model.inputs, outputs: [...new Set(outputs)] });
}

/**
 * Runs `pass` and shows the outputs of `layer.call` to `seen`, once for each place in the model
 * where the layer is applied. Works for layers inside nested models too, whose outputs are no
 * outputs of the outer graph. The layer is as before afterwards.
 */
function intercepting<T>(layer: Layer, seen: (output: Tensor) => void, pass: () => T): T {
  const before = Object.getOwnPropertyDescriptor(layer, 'call');
  const call = layer.call;
  layer.call = (inputs, kwargs) => {
    const outputs = call.call(layer, inputs, kwargs);
    const output = Array.isArray(outputs) ? outputs[0] : outputs;
    if (output !== undefined) seen(output);
    return outputs;
  };
  try {
    return pass();
  } finally {
    if (before === undefined) Reflect.deleteProperty(layer, 'call');
    else Object.defineProperty(layer, 'call', before);
  }
}

/**
 * Notes the states of stateful recurrent layers, and returns what puts them back, so that a pass
 * over other data in between leaves training undisturbed.
 *
 * @throws Error if a layer keeps a state that cannot be put back.
 */
function keepStates(all: readonly Layer[]): () => void {
  const stateful = all.filter((layer) => layer.stateful).map(recurrent);
  const saved = stateful.map((layer) => ({
    layer,
    // null before the first batch, whatever the types of tfjs say.
    states: layer.states.map((state: Tensor | null) => state?.clone() ?? null),
  }));
  return () => {
    for (const { layer, states } of saved) {
      const known = states.filter((state) => state !== null);
      tidy(() => layer.resetStates(known.length === 0 ? undefined : known));
      dispose(known);
    }
  };
}

function recurrent(layer: Layer): RNN {
  if (layer instanceof RNN) return layer;
  throw new Error(
    `Layer '${layer.name}' (${layer.getClassName()}) is stateful, and its state could not be put ` +
      'back after measuring. Expected stateless layers, or stateful RNN, LSTM, GRU or SimpleRNN.',
  );
}
