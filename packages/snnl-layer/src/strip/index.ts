import type { serialization } from '@tensorflow/tfjs-core';
import { LayersModel, type LayerVariable, type layers, Sequential } from '@tensorflow/tfjs-layers';
import { stripConfig } from './config';

/** Lets `weight` stand for the variable of `source`. */
function adopt(weight: LayerVariable, source: LayerVariable): void {
  weight.dispose();
  // The field is protected in TypeScript; there is no public way to share a variable.
  Reflect.set(weight, 'val', source.read());
}

function shareWeights(from: LayersModel, to: LayersModel): void {
  for (const layer of to.layers) {
    const source = from.getLayer(layer.name);
    if (layer instanceof LayersModel && source instanceof LayersModel) {
      shareWeights(source, layer);
      continue;
    }
    const weights = pairs(layer, source);
    for (const [weight, original] of weights) adopt(weight, original);
  }
}

function pairs(layer: layers.Layer, source: layers.Layer): [LayerVariable, LayerVariable][] {
  const originals = source.weights;
  if (layer.weights.length !== originals.length) {
    throw new Error(
      `Layer '${layer.name}' has ${originals.length} weights, but a copy made from its config has ` +
        `${layer.weights.length}. Expected a layer whose getConfig() describes it fully.`,
    );
  }
  return layer.weights.map((weight, index) => [weight, originals[index] as LayerVariable]);
}

/**
 * The same model without its SoftNearestNeighbor layers, to deploy: inputs that only carried
 * labels to them are gone too, and neither this package nor labels are needed to run it.
 *
 * It shares the weights: training one changes the other, and disposing one disposes both. It is
 * not compiled. Nested models are stripped as well.
 *
 * @param model A sequential or functional model. Custom layers must be registered with tfjs,
 *   as for loading a saved model.
 * @returns A new model of the same kind, with the same layer names and outputs.
 * @throws Error if a sequential model has no other layer, or a custom layer is not registered,
 *   or its config does not describe its weights.
 */
export function stripEntanglement(model: LayersModel): LayersModel {
  const { config } = stripConfig(structuredClone(model.getConfig()) as object);
  const kind = model instanceof Sequential ? Sequential : LayersModel;
  const stripped = kind.fromConfig<LayersModel>(kind, config as serialization.ConfigDict);
  shareWeights(model, stripped);
  return stripped;
}
