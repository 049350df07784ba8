import { type Scalar, Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import {
  Callback,
  CustomCallback,
  type CustomCallbackArgs,
  type LayersModel,
  type Logs,
  type ModelFitArgs,
} from '@tensorflow/tfjs-layers';
import type { Group } from 'snnl-layer';
import { atStep, rowsOf } from './parallelize';

/** Callbacks as `fit` takes them: instances, plain objects, or one such object. */
export type GivenCallbacks = NonNullable<ModelFitArgs['callbacks']>;
/** Callbacks as instances, one of the forms that `fit` takes. */
export type InstanceCallbacks = Exclude<GivenCallbacks, CustomCallbackArgs | CustomCallbackArgs[]>;

const isOne = (callbacks: GivenCallbacks): callbacks is CustomCallbackArgs =>
  !Array.isArray(callbacks);

/**
 * The callbacks of a training on several ranks. Before your callbacks read the logs of an epoch, these
 * become those of all ranks, and the moving statistics of batch normalisation their mean; after your
 * callbacks, a training that one rank wants to stop stops on all, at the end of the epoch. So early stopping
 * and History agree, and what is saved does not depend on the rank.
 *
 * Call it on every rank, for a model that is parallelized.
 *
 * @param callbacks As `fit` takes them.
 * @returns One list for `fit({ callbacks })` or `fitDataset`.
 */
export function together(group: Group, callbacks: GivenCallbacks = []): InstanceCallbacks {
  const given = isOne(callbacks) ? [callbacks] : callbacks;
  const instances = given.map((callback) =>
    'setParams' in callback ? callback : new CustomCallback(callback as CustomCallbackArgs),
  );
  return [new CommonLogs(group), ...instances, new CommonStop(group)] as InstanceCallbacks;
}

const modelOf = (callback: Callback): LayersModel => Reflect.get(callback, 'model') as LayersModel;

/** The first in the list. */
class CommonLogs extends Callback {
  constructor(private readonly group: Group) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    rowsOf(modelOf(this));
    const { epochs, doValidation } = this.params;
    const own = Int32Array.of(Number(epochs), doValidation ? 1 : 0);
    const least = this.group.allReduce(own.slice(), 'min');
    const most = this.group.allReduce(own.slice(), 'max');
    if (least.every((value, i) => value === most[i])) return;
    throw new Error(
      `Expected all ranks to train for the same epochs, with or without validation, but rank ` +
        `${this.group.rank} has ${own[0]} epochs ${own[1] ? 'with' : 'without'} it, and others from ` +
        `${least[0]} to ${most[0]}${least[1] === most[1] ? '' : ', some with and some without'}.`,
    );
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    const model = modelOf(this);
    const rows = rowsOf(model);
    const keys = Object.keys(logs).sort();
    const weights = [rows.trained, rows.evaluated];
    const weightOf = (key: string) => (key.startsWith('val_') ? 1 : 0);
    const sums = Float64Array.from([
      ...keys.map((key) => numberOf(logs[key]) * (weights[weightOf(key)] as number)),
      ...weights,
    ]);
    atStep(rows, () => this.group.allReduce(sums));
    for (const [i, key] of keys.entries()) {
      // Kept for History, which from here on gets a number.
      const value: unknown = logs[key];
      if (value instanceof Tensor) value.dispose();
      logs[key] = (sums[i] as number) / (sums[keys.length + weightOf(key)] as number);
    }
    averageStatistics(model, this.group, rows.trained);
    rows.trained = 0;
    rows.evaluated = 0;
  }
}

function numberOf(value: number | Scalar | undefined): number {
  return value instanceof Tensor ? (value.dataSync()[0] as number) : Number(value);
}

/** Makes the weights that are not trained the mean over ranks, weighted by the rows that each has seen. */
function averageStatistics(model: LayersModel, group: Group, rows: number): void {
  const variables = model.nonTrainableWeights;
  if (variables.length === 0) return;
  tidy(() => {
    const values = variables.map((variable) => variable.read());
    // In float64, so that weights that are equal on all ranks stay as they are.
    const all = new Float64Array(values.reduce((sum, { size }) => sum + size, 0) + 1);
    let at = 0;
    for (const value of values) {
      for (const number of value.dataSync()) all[at++] = number * rows;
    }
    all[at] = rows;
    group.allReduce(all);
    const total = all.at(-1) as number;
    at = 0;
    for (const [i, { size, shape }] of values.entries()) {
      const mean = Float32Array.from(all.subarray(at, at + size), (number) => number / total);
      variables[i]?.write(tensor(mean, shape));
      at += size;
    }
  });
}

/** The last in the list. */
class CommonStop extends Callback {
  private wanted = false;

  constructor(private readonly group: Group) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    this.wanted = false;
  }

  /** To stop here would leave the others waiting. */
  override async onBatchEnd(): Promise<void> {
    const model = modelOf(this);
    this.wanted ||= model.stopTraining;
    model.stopTraining = false;
  }

  override async onEpochEnd(): Promise<void> {
    const model = modelOf(this);
    const own = this.wanted || model.stopTraining;
    const [any] = this.group.allReduce(Int32Array.of(own ? 1 : 0), 'max');
    model.stopTraining = any === 1;
  }
}
