import { engine, Variable } from '@tensorflow/tfjs-core';
import { LayersModel, layers, type Shape } from '@tensorflow/tfjs-layers';

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

const listed = (shapes: Shape | Shape[]): Shape[] =>
  (Array.isArray(shapes[0]) ? shapes : [shapes]) as Shape[];

/** The layers of the graph that `layer` was put into, upstream, downstream and beside it. */
function graphOf(layer: Layer): Layer[] {
  const seen = new Set<Layer>([layer]);
  for (const { inboundNodes, outboundNodes } of seen) {
    for (const node of inboundNodes) for (const before of node.inboundLayers) seen.add(before);
    for (const { outboundLayer } of outboundNodes) seen.add(outboundLayer);
  }
  return [...seen];
}

/** Whether a layer of the graph of `layer` has used its weights on the tape that records. */
export function isOnTape(layer: Layer): boolean {
  const used = new Set<string>();
  for (const { inputs } of engine().state.activeTape ?? []) {
    for (const input of Object.values(inputs)) {
      if (input instanceof Variable) used.add(input.name);
    }
  }
  return graphOf(layer).some(({ weights }) => weights.some(({ name }) => used.has(name)));
}

/**
 * Names for outputs of the model that contains `layer`, to be put into a message. tfjs tells losses
 * and metrics no names: they are those of the last layers of the graph, where these are as many.
 */
export function outputNames(
  layer: Layer,
  outputs: readonly { readonly shape: readonly number[] }[],
): string {
  const width = (shape: readonly (number | null)[]): string => shape.slice(1).join();
  const widths = outputs.map(({ shape }) => width(shape));
  const names = graphOf(layer)
    .filter(({ outboundNodes }) => outboundNodes.length === 0)
    .filter(({ inboundNodes }) =>
      inboundNodes.some(({ outputShapes }) =>
        listed(outputShapes).some((shape) => widths.includes(width(shape))),
      ),
    )
    .map(({ name }) => `'${name}'`)
    .sort();
  if (names.length === outputs.length) return names.join(' and ');
  const shapes = outputs.map(({ shape }) => `[${shape}]`).join(' and ');
  return names.length < outputs.length
    ? `of shapes ${shapes}`
    : `of shapes ${shapes}, among ${names.join(', ')}`;
}
