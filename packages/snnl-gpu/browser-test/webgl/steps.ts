import * as tf from '@tensorflow/tfjs';
import { softNearestNeighbor, withTargetLabels } from 'snnl-layer';

/** What a training step does. */
interface Step {
  /** Kernels that tfjs records beside those that only give values another name or shape. */
  readonly kernels: number;
  /** Of the context, and from the device. */
  readonly draws: number;
  readonly readings: number;
}

/** What one layer adds to a step, by distance. */
export interface StepsReport {
  readonly cosine: Step;
  readonly squaredEuclidean: Step;
}

const counts = { draws: 0, readings: 0 };

/** Counts the calls of some methods of all contexts. */
function count(what: keyof typeof counts, names: readonly string[]): void {
  const context = WebGL2RenderingContext.prototype;
  for (const name of names) {
    const method = Reflect.get(context, name) as (...args: unknown[]) => unknown;
    Object.assign(context, {
      [name](this: object, ...args: unknown[]) {
        counts[what]++;
        return Reflect.apply(method, this, args);
      },
    });
  }
}

count('draws', ['drawElements', 'drawArrays']);
count('readings', ['readPixels', 'getBufferSubData']);

/** Draws while `work` runs. */
export function countDraws(work: () => void): number {
  const before = counts.draws;
  work();
  return counts.draws - before;
}

/** A tape and a reshape take an Identity or a Reshape, and gradients a Cast to the type they have. */
const ALIASES = new Set(['Identity', 'Reshape', 'Cast', 'unnamed scope']);

/** The third step of a small model, with a layer behind its hidden layer or without. */
async function step(distance?: 'cosine' | 'squaredEuclidean'): Promise<Step> {
  const dense = (units: number, options = {}) => tf.layers.dense({ units, ...options });
  const model = tf.sequential({
    layers: [
      dense(16, { activation: 'relu', inputShape: [8] }),
      ...(distance === undefined ? [] : [softNearestNeighbor({ factor: 0.1, distance })]),
      dense(3, { activation: 'softmax' }),
    ],
  });
  model.compile({
    optimizer: tf.train.sgd(0.1),
    loss: withTargetLabels('categoricalCrossentropy'),
  });
  const x = tf.randomNormal([32, 8], 0, 1, 'float32', 3);
  const y = tf.oneHot(
    tf.tensor1d(
      Int32Array.from({ length: 32 }, (_, i) => i % 3),
      'int32',
    ),
    3,
  );
  for (let warm = 0; warm < 2; warm++) await model.trainOnBatch(x, y);
  const before = { ...counts };
  await model.trainOnBatch(x, y);
  const draws = counts.draws - before.draws;
  const readings = counts.readings - before.readings;
  const { kernels } = await tf.profile(async () => {
    await model.trainOnBatch(x, y);
    return x;
  });
  tf.dispose([x, y]);
  model.dispose();
  const names = kernels.map(({ name }) => name);
  return { kernels: names.filter((name) => !ALIASES.has(name)).length, draws, readings };
}

/** Call it on the backend whose steps are counted. */
export async function drawsOfLayer(): Promise<StepsReport> {
  const bare = await step();
  const added = async (distance: 'cosine' | 'squaredEuclidean'): Promise<Step> => {
    const full = await step(distance);
    return {
      kernels: full.kernels - bare.kernels,
      draws: full.draws - bare.draws,
      readings: full.readings - bare.readings,
    };
  };
  return { cosine: await added('cosine'), squaredEuclidean: await added('squaredEuclidean') };
}
