// Not by the name of the package: Vite bundles its configuration, but leaves packages as they are, in
// TypeScript.
import { datasetSource, readImages } from '../../../packages/datasets/src/sources';
import { CLASSES, HELD_OUT, type Images, PIXELS, pack, TRAINING } from '../src/data/format';

/**
 * Positions of the first images of each class, one of each class in turn, so that every batch of a
 * multiple of ten images is balanced. The files are in random order already.
 */
export function inTurn(labels: Uint8Array, count: number): number[] {
  const byClass = Array.from({ length: CLASSES }, (): number[] => []);
  for (const [position, label] of labels.entries()) byClass[label]?.push(position);
  return Array.from({ length: count }, (_, i) => {
    const position = byClass[i % CLASSES]?.[Math.floor(i / CLASSES)];
    if (position === undefined) throw new Error(`Class ${i % CLASSES} has too few images.`);
    return position;
  });
}

function choose(split: 'train' | 'test', count: number): Images {
  const { labels, pixels } = readImages(datasetSource('mnist'), split);
  const result = { labels: new Uint8Array(count), pixels: new Uint8Array(count * PIXELS) };
  for (const [to, from] of inTurn(labels, count).entries()) {
    result.labels.set(labels.subarray(from, from + 1), to);
    result.pixels.set(pixels.subarray(from * PIXELS, (from + 1) * PIXELS), to * PIXELS);
  }
  return result;
}

/** The digits of the page: a class-balanced part of the MNIST training and test images. */
export function chooseDigits(): Uint8Array {
  return pack(choose('train', TRAINING), choose('test', HELD_OUT));
}
