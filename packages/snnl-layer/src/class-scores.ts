import { getBackend, keep, type Tensor } from '@tensorflow/tfjs-core';

/** How far the entries of a row may sum from 1, for rounded soft labels. */
const TOLERANCE = 1e-2;

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

function check(values: ArrayLike<number>, shape: number[], layer: string): Error | undefined {
  const row = badRow(values, shape[1] as number);
  if (row < 0) return undefined;
  return new Error(
    `Layer '${layer}' takes its labels from the target of the compiled loss. Expected class ids, ` +
      `or one-hot rows whose entries are not negative and sum to 1, but row ${row} of the target ` +
      `(shape [${shape}]) is no such row. If the target is not a class label, as in an ` +
      `autoencoder, give the layer its labels as a second input: layer.apply([features, labels]).`,
  );
}

/**
 * Checks once that a target `[batch, classes]` of the compiled loss can be a class label: an image
 * taken for one would train on nonsense without a word.
 *
 * WebGPU cannot read a tensor at once: there the error is raised in a later step.
 */
export class TargetCheck {
  private started = false;
  private late: Error | undefined;

  constructor(private readonly layer: string) {}

  run(target: Tensor): void {
    if (this.late !== undefined) throw this.late;
    if (this.started || target.rank !== 2 || target.shape[1] === 1) return;
    this.started = true;
    if (getBackend() !== 'webgpu') {
      const error = check(target.dataSync(), target.shape, this.layer);
      if (error !== undefined) {
        this.started = false;
        throw error;
      }
      return;
    }
    const { shape } = target;
    // The step frees the target while it is being read, which the backend then trips over.
    const copy = keep(target.clone());
    copy
      .data()
      .then(
        (values) => {
          this.late = check(values, shape, this.layer);
        },
        (reason: Error) => {
          this.late = reason;
        },
      )
      .finally(() => copy.dispose());
  }
}
