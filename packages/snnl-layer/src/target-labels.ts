import { type Tensor, train } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';

/** A compiled loss or metric of tfjs-layers. */
export type LossOrMetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/**
 * How targets reach the layers. A training step runs, without a pause, the layers, then the
 * compiled loss, then the metrics, then the losses that layers add; so a target that was posted
 * after a layer ran belongs to the same step. Every reading of the clock is a new number.
 */
interface Mailbox {
  clock: number;
  target: Tensor | undefined;
  postedAt: number;
  layerRanAt: number;
  /** Different targets posted since any layer ran. */
  posts: number;
}

/** One mailbox for the process, also when the package is loaded twice (as ESM and as CommonJS). */
const MAILBOX = Symbol.for('snnl-layer/target-labels');

function mailbox(): Mailbox {
  const store = globalThis as typeof globalThis & { [MAILBOX]?: Mailbox };
  store[MAILBOX] ??= { clock: 0, target: undefined, postedAt: 0, layerRanAt: 0, posts: 0 };
  return store[MAILBOX];
}

/** Notes that a layer runs now; returns the time to ask {@link targetSince} with. */
export function layerRuns(): number {
  const box = mailbox();
  box.layerRanAt = ++box.clock;
  box.target = undefined;
  return box.layerRanAt;
}

function post(target: Tensor): void {
  const box = mailbox();
  box.posts = box.postedAt > box.layerRanAt && box.target !== target ? box.posts + 1 : 1;
  box.postedAt = ++box.clock;
  box.target = target;
}

/**
 * The target posted since a layer ran at `time`, undefined if none was.
 *
 * @throws Error if different targets were posted: which of them holds the labels is unknown.
 */
export function targetSince(time: number): Tensor | undefined {
  const box = mailbox();
  if (box.target === undefined || box.postedAt < time || box.target.isDisposed) return undefined;
  if (box.posts > 1) {
    throw new Error(
      `${box.posts} outputs of the model use withTargetLabels, each with its own target. Wrap only ` +
        'the loss of the output whose target holds the class labels, or give the layers a second ' +
        'input: layer.apply([features, labels]).',
    );
  }
  return box.target;
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
 * save it with `save({includeOptimizer: true})`, so compile again after loading; and the metric
 * name `accuracy` no longer tells sparse targets, so ask for `tf.metrics.sparseCategoricalAccuracy`
 * there.
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
