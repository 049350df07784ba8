import { readIdx } from './idx';
import { UserError } from './user-error';

/** Grey images as unsigned bytes, row-major, with one class id each. */
export interface LabelledImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** `[count, rows, columns]`. */
  readonly pixels: Uint8Array;
  /** `[count]`, each from 0 to classes - 1. */
  readonly labels: Uint8Array;
}

/**
 * Reads an IDX file of images and the one of their labels.
 *
 * @throws UserError if either is no such file, they do not belong together, or a label is out of
 *   range.
 */
export function readLabelledImages(
  imagesPath: string,
  labelsPath: string,
  classes: number,
): LabelledImages {
  const images = readIdx(imagesPath, 3);
  const { data: labels } = readIdx(labelsPath, 1);
  const [count = 0, rows = 0, columns = 0] = images.shape;
  if (count !== labels.length) {
    throw new UserError(
      `${imagesPath} holds ${count} images, but ${labelsPath} holds ${labels.length} labels: ` +
        'expected one label for each image. Check that the files belong together.',
    );
  }
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new UserError(
      `${labelsPath} has label ${labels[wrong]} at position ${wrong}: expected 0 to ${classes - 1}.`,
    );
  }
  return { count, rows, columns, pixels: images.data, labels };
}

/** The images at `indices`, in that order. */
export function select(images: LabelledImages, indices: readonly number[]): LabelledImages {
  const size = images.rows * images.columns;
  const pixels = new Uint8Array(indices.length * size);
  for (const [to, from] of indices.entries()) {
    pixels.set(images.pixels.subarray(from * size, (from + 1) * size), to * size);
  }
  const labels = Uint8Array.from(indices, (index) => images.labels[index] ?? 0);
  return { ...images, count: indices.length, pixels, labels };
}

/**
 * Positions of the first images of each class, as many of one class as of another, in file order.
 * Where `count` is no multiple of `classes`, the first classes get one more.
 *
 * @throws UserError if a class has too few images.
 */
export function balancedSubset(labels: Uint8Array, count: number, classes: number): number[] {
  const wanted = (label: number): number =>
    Math.floor(count / classes) + (label < count % classes ? 1 : 0);
  const taken = new Array<number>(classes).fill(0);
  const positions: number[] = [];
  for (const [position, label] of labels.entries()) {
    const soFar = taken[label] ?? 0;
    if (soFar >= wanted(label)) continue;
    taken[label] = soFar + 1;
    positions.push(position);
  }
  const short = taken.findIndex((soFar, label) => soFar < wanted(label));
  if (short >= 0) {
    throw new UserError(
      `${count} class-balanced images need ${wanted(short)} of class ${short}, but there are only ` +
        `${taken[short]}. Ask for fewer.`,
    );
  }
  return positions;
}
