import { customGrad, scalar, type Tensor, train, zerosLike } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import { isOnTape } from './graph';
import { currentTape, idleLayers, read } from './passes';

/** A compiled loss or metric of tfjs-layers. */
export type LossOrMetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** Names a layer beside the model that trains which leads to no output of it, and so never runs. */
function sayIdle(): void {
  for (const [name, reference] of idleLayers()) {
    const layer = reference.deref();
    if (layer !== undefined && !isOnTape(layer)) continue;
    idleLayers().delete(name);
    if (layer === undefined) continue;
    console.warn(
      `Layer '${name}' did not run in a training step of the model beside it, so its loss is left ` +
        'out. A layer is part of a model whose outputs are computed from what layer.apply(...) ' +
        'returns.',
    );
  }
}

/** The function that `compile({loss: name})` would use; tfjs-layers looks names up only there. */
function lossNamed(name: string): LossOrMetricFunction {
  const x = input({ shape: [1] });
  const probe = model({
    inputs: x,
    outputs: layers.activation({ activation: 'linear' }).apply(x) as typeof x,
  });
  const optimizer = train.sgd(0);
  try {
    probe.compile({ optimizer, loss: name });
    return probe.lossFunctions[0] as LossOrMetricFunction;
  } finally {
    optimizer.dispose();
    probe.dispose();
  }
}

/**
 * Wraps a loss for `compile` so that its target reaches the soft nearest neighbour layers as
 * class labels.
 *
 * The value of the loss is unchanged. Two things follow from its being a function: tfjs does not
 * save it with `save({includeOptimizer: true})`, so compile again after loading; and `fit`,
 * `evaluate` and `trainOnBatch` refuse sparse targets, which they accept only for the loss that
 * they know as `sparseCategoricalCrossentropy`. With those, compile that name and an `entanglement`
 * metric, whose target then holds the labels.
 *
 * @param loss A name as in `compile({loss})`, or a function of (yTrue, yPred).
 * @returns The loss to compile with.
 * @throws ValueError of tfjs if the name is unknown.
 */
export function withTargetLabels(loss: string | LossOrMetricFunction): LossOrMetricFunction {
  const inner = typeof loss === 'string' ? lossNamed(loss) : loss;
  if (typeof inner !== 'function') {
    throw new TypeError(
      `Expected a loss name or a function of (yTrue, yPred), but got ${typeof loss}. For a model ` +
        'with several outputs, wrap the loss of the output whose target holds the labels.',
    );
  }
  let looked = false;
  return (yTrue, yPred) => {
    read(yTrue, yPred);
    if (!looked && currentTape() !== null) {
      looked = true;
      sayIdle();
    }
    return inner(yTrue, yPred);
  };
}

/**
 * A loss for `compile` that adds nothing: its target, class ids or one-hot rows, is the labels of the
 * soft nearest neighbour layers, as with {@link withTargetLabels}. It trains an embedding on the layers'
 * losses alone.
 *
 * `fit` checks the target against the width of the output. Where the layer is the last of the model,
 * `softNearestNeighbor({ anyTarget: true })` lets targets of any width through.
 *
 * @returns The loss, 0 for every target and output, with gradient 0.
 */
export function labelsOnly(): LossOrMetricFunction {
  // Not a product with 0, which is NaN for an output that is infinite.
  const nothing = customGrad((output) => ({
    value: scalar(0),
    gradFunc: () => zerosLike(output as Tensor),
  }));
  return withTargetLabels((_, yPred) => nothing(yPred));
}
