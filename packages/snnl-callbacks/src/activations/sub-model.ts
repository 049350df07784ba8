import {
  model as functional,
  type LayersModel,
  type layers,
  Sequential,
} from '@tensorflow/tfjs-layers';
import { allLayers } from 'snnl-layer';

type Layer = layers.Layer;

const contains = (container: Layer, layer: Layer): boolean =>
  container === layer || allLayers(container).includes(layer);

/**
 * The part of `model` that is needed to run the given layers: its outputs are those of the layers,
 * or of the inner models, wrappers and custom layers that contain them. It shares layers and weights, and owns nothing that
 * would have to be disposed.
 *
 * @throws Error if a layer is applied nowhere in the model.
 */
export function subModel(model: LayersModel, wanted: readonly Layer[]): LayersModel {
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
