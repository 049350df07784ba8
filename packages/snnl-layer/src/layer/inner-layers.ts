import { LayersModel, layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/**
 * The layers directly inside a layer: those of a model, what a wrapper such as `timeDistributed` or
 * `bidirectional` wraps, the cell of an RNN, and layers that a custom layer holds as a field or in
 * an array that is one. tfjs keeps no list of the latter, so others are not found.
 */
export function innerLayers(layer: Layer): Layer[] {
  if (layer instanceof LayersModel) return layer.layers;
  const fields = Object.entries(layer).filter(
    // Bidirectional runs two copies of the layer that it was given.
    ([key]) => !(key === 'layer' && 'forwardLayer' in layer),
  );
  const found = fields.flatMap(([, field]) =>
    (Array.isArray(field) ? field : [field]).filter((value) => value instanceof layers.Layer),
  );
  return [...new Set<Layer>(found)];
}

/**
 * All layers of a model, those inside its layers included, in the order of their definition.
 *
 * @param model A model, or a layer that contains others.
 * @returns Each layer once: those of inner models, of wrappers such as `timeDistributed` and
 *   `bidirectional`, cells, and layers that a custom layer holds in a field or an array.
 */
export function allLayers(model: Layer): Layer[] {
  const found = new Set<Layer>();
  const visit = (container: Layer): void => {
    for (const layer of innerLayers(container)) {
      if (found.has(layer)) continue;
      found.add(layer);
      visit(layer);
    }
  };
  visit(model);
  return [...found];
}
