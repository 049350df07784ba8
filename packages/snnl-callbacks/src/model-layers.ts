import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { allLayers, type Rule, rules, SoftNearestNeighbor } from 'snnl-layer';

type Layer = layers.Layer;

/** The name of a layer, or the layer. */
type LayerChoice = string | Layer;
/** One layer or several, by name or themselves. */
export type LayerChoices = LayerChoice | readonly LayerChoice[];

const layerChoice = rules.either(rules.text, {
  ...rules.object<Layer>('a layer'),
  // Not by its class: the layers of another copy of tfjs are refused where they are looked for.
  allows: (layer) => typeof layer.getClassName === 'function',
});
const layerList = rules.arrayOf(layerChoice);
/** Layers of a model, as an option. */
export const layersRule: Rule<LayerChoices> = {
  ...rules.either(layerChoice, {
    ...layerList,
    allows: (list) => list.length > 0 && layerList.allows(list),
  }),
  expected: 'a layer or its name, or an array of at least one of these',
};

/** The layers of a model and those of models inside it; a wrapper or custom layer counts as one. */
function modelLayers(model: LayersModel): Layer[] {
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
export function chosenLayers(model: LayersModel, chosen: LayerChoices): Layer[] {
  const all = allLayers(model);
  const outer = modelLayers(model);
  const found = [chosen].flat().map((choice: LayerChoice) => {
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

/** The SoftNearestNeighbor layers of a model, and where there are none, its layers with weights. */
export function defaultLayers(model: LayersModel): layers.Layer[] {
  const ours = allLayers(model).filter(isSoftNearestNeighbor);
  if (ours.length > 0) return ours;
  return modelLayers(model).filter(
    (layer) => layer.weights.length > 0 && !(layer instanceof LayersModel),
  );
}
