import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel, type LayerVariable, type layers, Sequential } from '@tensorflow/tfjs-layers';
import { describeValue } from '../../options';
import { innerLayers } from '../graph';
import { SoftNearestNeighbor } from '../layer';
import { stripConfig } from './config';

const isTimeDistributed = (layer: layers.Layer): boolean =>
  layer.getClassName() === 'TimeDistributed';

/** @throws Error if a layer is inside another than a model or `timeDistributed`. */
function assertInReach(
  container: layers.Layer,
  holder: layers.Layer | undefined = undefined,
  seen: Set<layers.Layer> = new Set(),
): void {
  if (seen.has(container)) return;
  seen.add(container);
  const open = container instanceof LayersModel || isTimeDistributed(container);
  const closed = holder ?? (open ? undefined : container);
  for (const layer of innerLayers(container)) {
    if (closed !== undefined && layer.getClassName() === SoftNearestNeighbor.className) {
      throw new Error(
        `Layer '${layer.name}' cannot be taken out of layer '${closed.name}' ` +
          `(${closed.getClassName()}), which holds it: only models and timeDistributed describe what ` +
          'is inside them. Make that layer without it, for instance by an option of its own, and ' +
          'copy its weights.',
      );
    }
    assertInReach(layer, closed, seen);
  }
}

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
    const source = from.getLayer(layer.name);
    shareLayer(source, layer);
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
 * The same model without its SoftNearestNeighbor layers, to deploy: inputs that only carried
 * labels to them are gone too, and neither this package nor labels are needed to run it.
 *
 * It shares the weights: training one changes the other, and disposing one disposes both. What is
 * frozen stays frozen. It is not compiled. Nested models and those in `timeDistributed` are stripped as well.
 *
 * @param model A sequential or functional model. Custom layers must be registered with tfjs,
 *   as for loading a saved model.
 * @returns A new model of the same kind, with the same layer names and outputs.
 * @throws TypeError if it is no model.
 * @throws Error if a sequential model has no other layer, or a custom layer holds such a layer, is
 *   not registered, or has a config that does not describe its weights.
 */
export function stripEntanglement(model: LayersModel): LayersModel {
  if (!(model instanceof LayersModel)) {
    throw new TypeError(
      `Expected a sequential or functional model to strip, but got ${describeValue(model)}.`,
    );
  }
  assertInReach(model);
  const { config } = stripConfig(copied(model.getConfig()) as object);
  const kind = model instanceof Sequential ? Sequential : LayersModel;
  const stripped = kind.fromConfig<LayersModel>(kind, config as serialization.ConfigDict);
  shareWeights(model, stripped);
  return stripped;
}
