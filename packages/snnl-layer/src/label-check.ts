import { getBackend, keep, type Tensor } from '@tensorflow/tfjs-core';

/** How far the entries of a row may sum from 1, for rounded soft labels. */
const TOLERANCE = 1e-2;

/** First sample whose class id is no integer, or -1. */
function badId(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return i;
  return -1;
}

/** First row of `classes` entries that cannot be one-hot, nor probabilities, or -1. */
function badRow(values: ArrayLike<number>, classes: number): number {
  for (let start = 0; start < values.length; start += classes) {
    let sum = 0;
    for (let k = start; k < start + classes; k++) {
      const value = values[k] as number;
      sum += value >= 0 ? value : Number.NaN;
    }
    if (!(Math.abs(sum - 1) <= TOLERANCE)) return start / classes;
  }
  return -1;
}

/** Where a layer has its labels from. */
export type LabelSource = 'target' | 'input';

const ORIGIN: Readonly<Record<LabelSource, string>> = {
  target: 'the target of the compiled loss',
  input: 'its second input',
};

const REMEDY: Readonly<Record<LabelSource, string>> = {
  target:
    'If the target is not a class label, as in an autoencoder, give the layer its labels as a ' +
    'second input: layer.apply([features, labels]).',
  input: 'The inputs are layer.apply([features, labels]), in this order.',
};

function check(
  values: ArrayLike<number>,
  shape: number[],
  layer: string,
  source: LabelSource,
): Error | undefined {
  const classes = shape[1] ?? 1;
  const row = classes === 1 ? badId(values) : badRow(values, classes);
  if (row < 0) return undefined;
  const is = classes === 1 ? `is ${values[row]}` : 'is no such row';
  return new Error(
    `Layer '${layer}' takes its labels from ${ORIGIN[source]}. Expected integer class ids, or ` +
      `one-hot rows whose entries are not negative and sum to 1, but row ${row} of the ${source} ` +
      `(shape [${shape}]) ${is}. ${REMEDY[source]}`,
  );
}

/**
 * Checks once that labels `[batch]`, `[batch, 1]` or `[batch, classes]` can be class labels: an image,
 * or numbers to regress on, would train on nonsense without a word.
 *
 * On WebGPU the labels are read while the steps go on: the error is raised in a later one.
 */
export class LabelCheck {
  private started = false;
  private late: Error | undefined;

  constructor(
    private readonly layer: string,
    private readonly source: LabelSource,
  ) {}

  run(labels: Tensor): void {
    if (this.late !== undefined) {
      const error = this.late;
      this.late = undefined;
      this.started = false;
      throw error;
    }
    // Other ranks are refused where the labels are used.
    if (this.started || labels.rank < 1 || labels.rank > 2) return;
    this.started = true;
    if (getBackend() !== 'webgpu') {
      const error = check(labels.dataSync(), labels.shape, this.layer, this.source);
      if (error !== undefined) {
        this.started = false;
        throw error;
      }
      return;
    }
    const { shape } = labels;
    // The step frees the labels while it is being read, which the backend then trips over.
    const copy = keep(labels.clone());
    copy
      .data()
      .then(
        (values) => {
          this.late = check(values, shape, this.layer, this.source);
        },
        (reason: Error) => {
          this.late = reason;
        },
      )
      .finally(() => copy.dispose());
  }
}
