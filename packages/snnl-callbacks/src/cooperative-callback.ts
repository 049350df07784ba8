import { Callback } from '@tensorflow/tfjs-layers';
import { pace } from './pace';

/** What tfjs passes to callbacks as `logs`: numbers, or scalars that were not read yet. */
export type UnresolvedLogs = NonNullable<Parameters<Callback['onEpochEnd']>[1]>;

const ADVICE =
  'tfjs takes an array of callbacks either as Callback instances or as plain objects (such as ' +
  'those of tfvis.show.fitCallbacks), by its first entry. Write ' +
  "callbacks: asCallbacks([...]), with asCallbacks from 'snnl-callbacks', to use both.";

/**
 * A callback that keeps a page responsive during training, and that says what is wrong when it
 * stands in one array with plain-object callbacks.
 */
export abstract class CooperativeCallback extends Callback {
  private attached = false;

  override setParams(params: Parameters<Callback['setParams']>[0]): void {
    super.setParams(params);
    this.attached = false;
    // tfjs sets the model right after the parameters, unless a plain object stands in the list.
    queueMicrotask(() => {
      if (!this.attached) {
        console.error(`${this.constructor.name} was not attached to the model. ${ADVICE}`);
      }
    });
  }

  override setModel(model: Parameters<Callback['setModel']>[0]): void {
    super.setModel(model);
    this.attached = true;
  }

  /** tfjs reads it only from a callback that it takes for a plain object, and would detach. */
  get nowFunc(): never {
    throw new Error(
      `${this.constructor.name} was taken for a plain-object callback. ${ADVICE} If there are no ` +
        'plain objects in the array, two copies of @tensorflow/tfjs-layers are installed: see ' +
        '`npm ls @tensorflow/tfjs-layers`.',
    );
  }

  override async onTrainBegin(_logs?: UnresolvedLogs): Promise<void> {
    pace.start();
  }

  override async onBatchEnd(_batch: number, _logs?: UnresolvedLogs): Promise<void> {
    await pace.step();
  }
}

/**
 * Reads the scalars in `logs` and puts their numbers in their place, as the callbacks of tfjs do;
 * the scalars are freed.
 *
 * @returns The same values as an object of its own.
 */
export async function resolveLogs(logs: UnresolvedLogs): Promise<Record<string, number>> {
  const scalars = Object.entries(logs).flatMap(([key, value]) =>
    typeof value === 'number' ? [] : [{ key, value }],
  );
  const values = await Promise.all(scalars.map(({ value }) => value.data()));
  scalars.forEach(({ key, value }, i) => {
    logs[key] = values[i]?.[0] ?? Number.NaN;
    value.dispose();
  });
  return Object.fromEntries(Object.entries(logs).map(([key, value]) => [key, Number(value)]));
}

/** Batches in an epoch as far as the parameters of a training say: undefined for some datasets. */
function batchesPerEpoch({ steps, samples, batchSize }: Callback['params']): number | undefined {
  if (typeof steps === 'number') return steps;
  if (typeof samples === 'number' && typeof batchSize === 'number') {
    return Math.ceil(samples / batchSize);
  }
  return undefined;
}

/**
 * The first batch of an epoch, counted over the whole training.
 *
 * @param stepsPerEpoch What the user has given; undefined: as the parameters say.
 * @param callback Whose `stepsPerEpoch` it is, for the message.
 * @throws Error if a training is resumed and nobody knows how many batches its epochs have.
 */
export function firstBatch(
  epoch: number,
  params: Callback['params'],
  stepsPerEpoch: number | undefined,
  callback: string,
): number {
  if (epoch === 0) return 0;
  const batches = stepsPerEpoch ?? batchesPerEpoch(params);
  if (batches !== undefined) return epoch * batches;
  throw new Error(
    `Training resumes at epoch ${epoch} with a dataset of unknown size, so the step of its first ` +
      `batch is unknown. Give stepsPerEpoch to ${callback}, or batchesPerEpoch to fitDataset.`,
  );
}
