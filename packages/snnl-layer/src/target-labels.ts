import { type Tensor, train } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';

/** A compiled loss or metric of tfjs-layers. */
export type LossOrMetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/**
 * How targets reach the layers. A training step runs, without a pause, the layers, then the
 * compiled loss, then the metrics, then the losses that layers add. Each layer that runs empties
 * the mailbox, so a target found there belongs to the same step.
 */
interface Mailbox {
  target: Tensor | undefined;
  /** Different targets posted since a layer ran. */
  posts: number;
}

/** One mailbox for the process, also when the package is loaded twice (as ESM and as CommonJS). */
const MAILBOX = Symbol.for('snnl-layer/target-labels');

function mailbox(): Mailbox {
  const store = globalThis as typeof globalThis & { [MAILBOX]?: Mailbox };
  store[MAILBOX] ??= { target: undefined, posts: 0 };
  return store[MAILBOX];
}

/** A layer runs: what was posted before belongs to an earlier step. */
export function forgetTarget(): void {
  Object.assign(mailbox(), { target: undefined, posts: 0 });
}

function post(target: Tensor): void {
  const box = mailbox();
  if (box.target !== target) box.posts += 1;
  box.target = target;
}

/**
 * The target posted in this step, undefined if there is none.
 *
 * @throws Error if different targets were posted: which of them holds the labels is unknown.
 */
export function postedTarget(): Tensor | undefined {
  const { target, posts } = mailbox();
  if (target === undefined || target.isDisposed) return undefined;
  if (posts > 1) {
    throw new Error(
      `${posts} outputs of the model use withTargetLabels, each with its own target. Wrap only ` +
        'the loss of the output whose target holds the class labels, or give the layers a second ' +
        'input: layer.apply([features, labels]).',
    );
  }
  return target;
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
  return (yTrue, yPred) => {
    post(yTrue);
    return inner(yTrue, yPred);
  };
}
