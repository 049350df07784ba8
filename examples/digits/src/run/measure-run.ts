import type { Autoencoder } from '../autoencoder';
import type { LabelledImages } from '../data/labelled-images';
import { clusteringAccuracy, normalizedMutualInformation } from '../measure/clustering-scores';
import { kMeans } from '../measure/k-means';
import { nearestNeighborAccuracy } from '../measure/nearest-neighbors';
import { project } from '../project';
import type { Measures, Picture } from '../results';
import { NEIGHBORS, RESTARTS, type Settings } from '../settings';
import { encode, encodeAndEntangle } from './inspect';

/** Measures the trained encoder on the test images and draws the codes of the probe images. */
export async function measureRun(
  model: Autoencoder,
  { seed, source }: Settings,
  images: {
    readonly train: LabelledImages;
    readonly test: LabelledImages;
    readonly probe: LabelledImages;
  },
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
  const picture = { points: project(probe.codes, seed), labels: [...images.probe.labels] };
  return { measures, picture };
}
