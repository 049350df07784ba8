import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { CLASSES, HELD_OUT } from '../data/format';
import type { DigitTensors } from './digit-tensors';

export interface Inspection {
  /** Share of images whose most probable class is theirs. */
  readonly accuracy: number;
  /** Mean, in nats. */
  readonly crossEntropy: number;
  /** `[images, 2]`. */
  readonly codes: Float32Array;
}

/** Accuracy and mean cross-entropy of class probabilities `[images, classes]`. */
export function judge(probabilities: ArrayLike<number>, labels: ArrayLike<number>) {
  let right = 0;
  let nats = 0;
  for (let i = 0; i < labels.length; i++) {
    const at = (label: number): number => probabilities[i * CLASSES + label] ?? 0;
    const own = at(labels[i] ?? 0);
    if (Array.from({ length: CLASSES }, (_, label) => at(label)).every((p) => p <= own)) right += 1;
    // As tfjs clips probabilities.
    nats -= Math.log(Math.max(own, 1e-7));
  }
  return { accuracy: right / labels.length, crossEntropy: nats / labels.length };
}

/** What the network makes of the held-out images. */
export async function inspect(
  inspected: LayersModel,
  { pixels }: DigitTensors,
  labels: Uint8Array,
): Promise<Inspection> {
  const outputs = inspected.predict(pixels, { batchSize: HELD_OUT }) as Tensor[];
  try {
    const [codes, probabilities] = await Promise.all(outputs.map((output) => output.data()));
    if (codes === undefined || probabilities === undefined)
      throw new Error('Expected two outputs.');
    return { ...judge(probabilities, labels), codes: Float32Array.from(codes) };
  } finally {
    dispose(outputs);
  }
}
