import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { allLayers, SoftNearestNeighbor } from 'snnl-layer';

type Layer = layers.Layer;

/** The layers of a model and those of models inside it; a wrapper or custom layer counts as one. */
export function modelLayers(model: LayersModel): Layer[] {
  const found = model.layers.flatMap((layer) =>
    layer instanceof LayersModel ? [layer, ...modelLayers(layer)] : [layer],
  );
  return [...new Set(found)];
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
  const outer = modelLayers(model);
  const found = chosen.map((choice) => {
    const is = (layer: Layer): boolean => layer === choice || layer.name === choice;
    // What a layer wraps may have its name, as the cell of an RNN does.
    const matches = outer.some(is) ? outer.filter(is) : all.filter(is);
    const [match] = matches;
    const name = typeof choice === 'string' ? choice : choice.name;
    if (match === undefined) {
      const named = all.filter((layer) => layer.getClassName() !== 'InputLayer');
      throw new Error(
        `Model '${model.name}' has no layer '${name}'. Its layers are ` +
          `${[...new Set(named.map((layer) => `'${layer.name}'`))].join(', ')}.`,
      );
    }
    if (matches.length > 1) {
      throw new Error(
        `Model '${model.name}' has ${matches.length} layers named '${name}' in what is inside it. ` +
          'Give the layer itself in place of its name.',
      );
    }
    return match;
  });
  return [...new Set(found)];
}
