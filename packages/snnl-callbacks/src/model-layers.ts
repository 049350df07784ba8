import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { SoftNearestNeighbor } from 'snnl-layer';

type Layer = layers.Layer;

/** All layers of a model, those of models inside it included, in the order of their definition. */
export function allLayers(model: LayersModel): Layer[] {
  const found = new Set<Layer>();
  const visit = (container: LayersModel): void => {
    for (const layer of container.layers) {
      found.add(layer);
      if (layer instanceof LayersModel) visit(layer);
    }
  };
  visit(model);
  return [...found];
}

/** By class name, so that a layer of a second copy of the package (ESM and CommonJS) counts too. */
export function isSoftNearestNeighbor(layer: Layer): layer is SoftNearestNeighbor {
  return layer.getClassName() === SoftNearestNeighbor.className;
}

/**
 * The layers of a model that are named or given.
 *
 * @throws Error if one is not in the model, or a name belongs to several.
 */
export function chosenLayers(model: LayersModel, chosen: readonly (string | Layer)[]): Layer[] {
  const all = allLayers(model);
  const found = chosen.map((choice) => {
    const matches = all.filter((layer) => layer === choice || layer.name === choice);
    const [match] = matches;
    const name = typeof choice === 'string' ? choice : choice.name;
    if (match === undefined) {
      const named = all.filter((layer) => layer.getClassName() !== 'InputLayer');
      throw new Error(
        `Model '${model.name}' has no layer '${name}'. Its layers are ` +
          `${named.map((layer) => `'${layer.name}'`).join(', ')}.`,
      );
    }
    if (matches.length > 1) {
      throw new Error(
        `Model '${model.name}' has ${matches.length} layers named '${name}' in its inner models. ` +
          'Give the layer itself in place of its name.',
      );
    }
    return match;
  });
  return [...new Set(found)];
}
