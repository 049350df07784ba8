import { dispose, mean, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { metrics } from '@tensorflow/tfjs-layers';
import { type Matrix, matrix } from 'snnl-callbacks/report';
import { neighborEntanglement } from 'snnl-layer';
import type { Autoencoder } from '../autoencoder';
import type { LabelledImages } from '../data/labelled-images';
import { MEASURING_TEMPERATURE } from '../settings';
import { pixelRows } from './pixels';

export interface Inspection {
  /** Mean binary cross-entropy of reconstructed and true pixels, nats a pixel. */
  readonly reconstruction: number;
  readonly codes: Matrix;
}

/** Runs the images through the model; `look` sees what each encoder layer makes of them. */
async function run(
  { inspected, layerNames }: Autoencoder,
  images: LabelledImages,
  look: (layer: string, activations: Tensor) => Promise<void>,
): Promise<Inspection> {
  const inputs = pixelRows(images);
  const [reconstructed, ...activations] = inspected.predictOnBatch(inputs) as [Tensor, ...Tensor[]];
  try {
    for (const [index, layer] of layerNames.entries())
      await look(layer, activations[index] as Tensor);
    const loss = tidy(() => mean(metrics.binaryCrossentropy(inputs, reconstructed)));
    const [reconstruction = Number.NaN] = await loss.data();
    loss.dispose();
    const code = activations.at(-1) as Tensor;
    const codes = matrix((await code.data()) as Float32Array, code.shape[1] as number);
    return { reconstruction, codes };
  } finally {
    dispose([inputs, reconstructed, activations]);
  }
}

/** Codes and reconstruction loss of the images. */
export function encode(model: Autoencoder, images: LabelledImages): Promise<Inspection> {
  return run(model, images, async () => {});
}

/** The same, and for each encoder layer how entangled the classes are, relative to chance. */
export async function encodeAndEntangle(
  model: Autoencoder,
  images: LabelledImages,
): Promise<Inspection & { readonly entanglement: Record<string, number> }> {
  const entanglement: Record<string, number> = {};
  const inspection = await run(model, images, async (layer, activations) => {
    const options = { temperature: MEASURING_TEMPERATURE, distance: 'cosine' } as const;
    const { ratio } = await neighborEntanglement(
      Int32Array.from(images.labels),
      activations,
      options,
    );
    entanglement[layer] = ratio;
  });
  return { ...inspection, entanglement };
}
