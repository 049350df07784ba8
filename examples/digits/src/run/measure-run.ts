import {
  clusteringAccuracy,
  kMeans,
  nearestNeighborAccuracy,
  normalizedMutualInformation,
  type Picture,
  takeRows,
  umap,
} from 'snnl-callbacks/report';
import type { Autoencoder } from '../autoencoder';
import { balancedSubset } from '../data/balanced-subset';
import type { LabelledImages } from '../data/labelled-images';
import type { Measures } from '../results';
import { NEIGHBORS, RESTARTS, type Settings } from '../settings';
import { encode, encodeAndEntangle } from './inspect';

/**
 * Measures the trained encoder on the test images and draws codes of the probe images.
 *
 * @param pictureSize Codes to draw, as many of each class.
 */
export async function measureRun(
  model: Autoencoder,
  { seed, source }: Settings,
  images: {
    readonly train: LabelledImages;
    readonly test: LabelledImages;
    readonly probe: LabelledImages;
  },
  pictureSize: number,
): Promise<{ measures: Measures; picture: Picture }> {
  const train = await encode(model, images.train);
  const test = await encode(model, images.test);
  const probe = await encodeAndEntangle(model, images.probe);
  const { labels } = images.test;
  const clusters = kMeans(test.codes, {
    clusters: source.classes.length,
    restarts: RESTARTS,
    seed,
  });
  const measures = {
    neighborAccuracy: nearestNeighborAccuracy(
      train.codes,
      images.train.labels,
      test.codes,
      labels,
      NEIGHBORS,
    ),
    clusteringAccuracy: clusteringAccuracy(clusters, labels),
    mutualInformation: normalizedMutualInformation(clusters, labels),
    reconstruction: test.reconstruction,
    entanglement: probe.entanglement,
  };
  const shown = balancedSubset(images.probe.labels, pictureSize, source.classes.length);
  const picture = {
    points: await umap(takeRows(probe.codes, shown), seed),
    labels: shown.map((index) => images.probe.labels[index] as number),
  };
  return { measures, picture };
}
