import { type LabelledImages, pixelRows } from '@snnl/datasets';
import { type Picture, representationReport } from 'snnl-callbacks/report';
import type { Autoencoder } from '../autoencoder';
import type { Measures } from '../results';
import { MEASURING_TEMPERATURE, NEIGHBORS, RESTARTS, type Settings } from '../settings';
import { encodeAndEntangle, reconstructionLoss } from './inspect';

const samples = (images: LabelledImages) => ({
  x: pixelRows(images),
  y: Int32Array.from(images.labels),
});

/**
 * Measures the trained encoder on the test images and draws some of their codes.
 *
 * @param pictureSize Codes to draw, as many of each class.
 */
export async function measureRun(
  model: Autoencoder,
  { seed }: Settings,
  images: {
    readonly train: LabelledImages;
    readonly test: LabelledImages;
    readonly probe: LabelledImages;
  },
  pictureSize: number,
): Promise<{ measures: Measures; picture: Picture }> {
  const test = samples(images.test);
  const train = samples(images.train);
  try {
    const report = await representationReport({
      model: model.inspected,
      layers: model.layerNames.slice(-1),
      ...test,
      references: train,
      neighbors: NEIGHBORS,
      restarts: RESTARTS,
      temperature: MEASURING_TEMPERATURE,
      distance: 'cosine',
      projections: ['umap'],
      pictureSize,
      seed,
    });
    const [code] = report.layers;
    const points = code?.projections.umap?.points;
    if (code === undefined || points === undefined) throw new Error('The report lacks the code.');
    const { entanglement } = await encodeAndEntangle(model, images.probe);
    const { neighborAccuracy, clusteringAccuracy, mutualInformation } = code;
    const reconstruction = await reconstructionLoss(model, images.test);
    return {
      measures: {
        neighborAccuracy,
        clusteringAccuracy,
        mutualInformation,
        reconstruction,
        entanglement,
      },
      picture: { points, labels: report.pictured },
    };
  } finally {
    for (const { x } of [test, train]) x.dispose();
  }
}
