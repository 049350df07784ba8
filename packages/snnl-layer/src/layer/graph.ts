import { engine, Variable } from '@tensorflow/tfjs-core';
import type { layers, Shape } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

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
