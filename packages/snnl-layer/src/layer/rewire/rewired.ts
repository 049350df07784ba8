import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel, type LayerVariable, type layers, Sequential } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../graph';

export const isTimeDistributed = (layer: layers.Layer): boolean =>
  layer.getClassName() === 'TimeDistributed';

/** A copy of a config, which tfjs changes where it reads it. */
function copied<T>(config: T): T;
function copied(config: unknown): unknown {
  if (Array.isArray(config)) return config.map(copied);
  if (typeof config !== 'object' || config === null) return config;
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, copied(value)]));
}

/** Lets `weight` stand for the variable of `source`. */
function adopt(weight: LayerVariable, source: LayerVariable): void {
  weight.dispose();
  // The field is protected in TypeScript; there is no public way to share a variable.
  Reflect.set(weight, 'val', source.read());
}

function shareWeights(from: LayersModel, to: LayersModel): void {
  // Before its layers: it sets what they are.
  to.trainable = from.trainable;
  for (const layer of to.layers) {
    const source = from.layers.find(({ name }) => name === layer.name);
    if (source !== undefined) shareLayer(source, layer);
  }
}

function shareLayer(from: layers.Layer, to: layers.Layer): void {
  if (from instanceof LayersModel && to instanceof LayersModel) {
    shareWeights(from, to);
    return;
  }
  const [source] = innerLayers(from);
  const [inner] = innerLayers(to);
  if (isTimeDistributed(from) && source !== undefined && inner !== undefined) {
    shareLayer(source, inner);
    return;
  }
  shareFrozen(from, to);
  for (const [weight, original] of pairs(to, from)) {
    adopt(weight, original);
    weight.trainable = original.trainable;
  }
}

/** Of a layer and those that it holds; that of an outer one first, which sets the inner ones'. */
function shareFrozen(from: layers.Layer, to: layers.Layer): void {
  to.trainable = from.trainable;
  const copies = innerLayers(to);
  for (const [index, inner] of innerLayers(from).entries()) {
    const copy = copies[index];
    if (copy !== undefined) shareFrozen(inner, copy);
  }
}

/** The weights of a layer in the order of their making: tfjs lists those that are frozen last. */
function weightsInOrder(layer: layers.Layer): LayerVariable[] {
  const flags = layer.weights.map((weight) => [weight, weight.trainable] as const);
  for (const [weight] of flags) weight.trainable = true;
  const weights = layer.weights;
  for (const [weight, trainable] of flags) weight.trainable = trainable;
  return weights;
}

function pairs(layer: layers.Layer, source: layers.Layer): [LayerVariable, LayerVariable][] {
  const originals = weightsInOrder(source);
  if (layer.weights.length !== originals.length) {
    throw new Error(
      `Layer '${layer.name}' has ${originals.length} weights, but a copy made from its config has ` +
        `${layer.weights.length}. Expected a layer whose getConfig() describes it fully.`,
    );
  }
  return weightsInOrder(layer).map((weight, index) => [weight, originals[index] as LayerVariable]);
}

/**
 * A model of the same kind from a changed config, sharing the weights of the layers that both have, by
 * name. What is frozen stays frozen.
 *
 * @param change Gets a copy of the config of the model.
 * @throws Error if a custom layer is not registered, or has a config that does not describe its weights.
 */
export function rewired(model: LayersModel, change: (config: object) => object): LayersModel {
  const config = change(copied(model.getConfig()) as object);
  const kind = model instanceof Sequential ? Sequential : LayersModel;
  const made = kind.fromConfig<LayersModel>(kind, config as serialization.ConfigDict);
  shareWeights(model, made);
  return made;
}
