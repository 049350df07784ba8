import { LayersModel, type layers } from '@tensorflow/tfjs-layers';
import { describeValue } from '../../options';
import { innerLayers } from '../graph';
import { OURS, stripConfig } from './config';
import { isTimeDistributed, rewired } from './rewired';

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
    if (closed !== undefined && OURS.has(layer.getClassName())) {
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

/**
 * The same model without the layers of this package, those of {@link softNearestNeighbor} and
 * {@link activityRegularizer}, to deploy: inputs that only carried labels to them are gone too, and
 * neither this package nor labels are needed to run it.
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
  return rewired(model, (config) => stripConfig(config).config);
}
