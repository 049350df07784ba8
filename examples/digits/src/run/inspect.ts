import { type LabelledImages, pixelRows } from '@snnl/datasets';
import { dispose, mean, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { metrics } from '@tensorflow/tfjs-layers';
import { neighborEntanglement } from 'snnl-layer';
import type { Autoencoder } from '../autoencoder';
import { MEASURING_TEMPERATURE } from '../settings';

export interface Inspection {
  /** Mean binary cross-entropy of reconstructed and true pixels, nats a pixel. */
  readonly reconstruction: number;
  /** By encoder layer: how entangled the classes are, relative to chance. */
  readonly entanglement: Record<string, number>;
}

/** Runs the images through the model; `look` sees what each encoder layer makes of them. */
async function run(
  { inspected, layerNames }: Autoencoder,
  images: LabelledImages,
  look: (layer: string, activations: Tensor) => Promise<void>,
): Promise<number> {
  const inputs = pixelRows(images);
  const [reconstructed, ...activations] = inspected.predictOnBatch(inputs) as [Tensor, ...Tensor[]];
  try {
    for (const [index, layer] of layerNames.entries())
      await look(layer, activations[index] as Tensor);
    const loss = tidy(() => mean(metrics.binaryCrossentropy(inputs, reconstructed)));
    const [reconstruction = Number.NaN] = await loss.data();
    loss.dispose();
    return reconstruction;
  } finally {
    dispose([inputs, reconstructed, activations]);
  }
}

/** Mean binary cross-entropy of reconstructed and true pixels, nats a pixel. */
export function reconstructionLoss(model: Autoencoder, images: LabelledImages): Promise<number> {
  return run(model, images, async () => {});
}

/** The same, and for each encoder layer how entangled the classes are. */
export async function encodeAndEntangle(
  model: Autoencoder,
  images: LabelledImages,
): Promise<Inspection> {
  const entanglement: Record<string, number> = {};
  const reconstruction = await run(model, images, async (layer, activations) => {
    const options = { temperature: MEASURING_TEMPERATURE, distance: 'cosine' } as const;
    const ids = Int32Array.from(images.labels);
    const { ratio } = await neighborEntanglement(ids, activations, options);
    entanglement[layer] = ratio;
  });
  return { reconstruction, entanglement };
}
