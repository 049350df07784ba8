import { Tensor } from '@tensorflow/tfjs-core';
import type { layers as tfLayers } from '@tensorflow/tfjs-layers';
import { type ClassId, type Labels, readLabels } from 'snnl-layer';
import { ActivationReader } from './activations/activations';
import { batchesPerEpoch } from './batches-per-epoch';
import { CooperativeCallback, type UnresolvedLogs } from './cooperative-callback';
import { defaultLayers } from './default-layers';
import { entanglementKeys } from './entanglement-keys';
import { kindOf } from './kind-of';
import { DEFAULT_BATCH, type MeasureOptions, measureLayers } from './measure-layers';
import { chosenLayers } from './model-layers';
import { resolveLogs } from './resolve-logs';
import { GuardedWriter } from './writers/guarded-writer';
import type { LogRecord, LogWriter } from './writers/writer';

/** Options of {@link EntanglementLogger}. */
export interface EntanglementLoggerOptions extends MeasureOptions {
  /** Held-out input of the model, or inputs `[samples, ...]`. Keep it until training ends. */
  readonly x: Tensor | readonly Tensor[];
  /**
   * Its class ids or, in a plain array, names `[samples]` or `[samples, 1]`; or one-hot rows
   * `[samples, classes]`. Read when training begins.
   */
  readonly y: Labels;
  /**
   * Names of layers, or the layers; those of inner models too. Default: all SoftNearestNeighbor
   * layers, and where there are none, all layers with weights.
   */
  readonly layers?: readonly (string | tfLayers.Layer)[];
  /** What is counted for `every`. Default `epoch`. */
  readonly per?: 'epoch' | 'batch';
  /** Measures after each `every` epochs or batches. Default 1. */
  readonly every?: number;
  /** Adds the classes to the logs. Default false. */
  readonly perClass?: boolean;
  /** First part of the keys in the logs. Default `entanglement`. */
  readonly name?: string;
  /** Default none. */
  readonly writers?: readonly LogWriter[];
}

/**
 * Measures how entangled layers are on held-out data while a model trains, and puts the values into
 * the logs, where History, EarlyStopping and tfjs-vis find them, and into writers.
 *
 * Keys, for each layer: `entanglement_<layer>_loss` and `entanglement_<layer>_chance` in nats, and
 * `entanglement_<layer>_ratio`, their quotient: 1 fully entangled, 0 disentangled. With `perClass`
 * also `entanglement_<layer>_class_<id>_loss` and so on; in a name of a class, whatever is no letter,
 * digit or `-` becomes `_`. Callbacks that read them must come later
 * in the list; values that are to be written, such as the temperature, must come earlier. Epochs
 * without a measurement have no such keys.
 *
 * Training goes on as without it: the samples pass through the part of the model that is needed as
 * in `predict`, once for all layers, in batches.
 *
 * `fit` rejects with an Error if a layer is missing, labels are none, or x and y do not fit the model
 * and each other.
 */
export class EntanglementLogger extends CooperativeCallback {
  /** The measurements of the current or last training. */
  readonly records: LogRecord[] = [];
  private readonly options: EntanglementLoggerOptions;
  private readonly per: 'epoch' | 'batch';
  private readonly every: number;
  private readonly prefix: string;
  private readonly writers: readonly GuardedWriter[];
  private reader: ActivationReader | undefined;
  private labels: ClassId[] = [];
  private epoch = 0;
  /** The next batch, counted over the whole training; undefined before the first epoch. */
  private batchStep: number | undefined;
  /** What the batches of the current epoch have given last. */
  private latest: Record<string, number> = {};

  constructor(options: EntanglementLoggerOptions) {
    super();
    if (typeof options !== 'object' || options === null) {
      throw new TypeError(
        'Expected options of EntanglementLogger, such as { x, y }, but got ' +
          `${kindOf(options)}.`,
      );
    }
    const { per = 'epoch', every = 1, name = 'entanglement', writers = [], layers } = options;
    if (per !== 'epoch' && per !== 'batch') {
      throw new RangeError(
        `Expected per to be 'epoch' or 'batch', but got ${JSON.stringify(per)}.`,
      );
    }
    const { batchSize = 1, blockSize = 1 } = options;
    for (const [key, value] of Object.entries({ every, batchSize, blockSize })) {
      if (!(Number.isInteger(value) && value > 0)) {
        throw new RangeError(`Expected ${key} to be an integer of at least 1, but got ${value}.`);
      }
    }
    if (layers?.length === 0) {
      throw new RangeError(
        'Expected layers to name at least one layer. Leave it out for a choice.',
      );
    }
    assertSamples(options.x, options.y);
    assertWriters(writers);
    this.options = options;
    this.per = per;
    this.every = every;
    this.prefix = name;
    this.writers = writers.map((writer) => new GuardedWriter(writer));
  }

  override async onTrainBegin(logs?: UnresolvedLogs): Promise<void> {
    await super.onTrainBegin(logs);
    const { layers } = this.options;
    const chosen =
      layers === undefined ? defaultLayers(this.model) : chosenLayers(this.model, layers);
    this.reader = new ActivationReader(this.model, chosen);
    this.labels = await classesOf(this.options);
    this.records.length = 0;
    this.batchStep = undefined;
    for (const writer of this.writers) await writer.open();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
    this.latest = {};
    this.batchStep ??= epoch * (batchesPerEpoch(this.params) ?? 0);
  }

  override async onBatchEnd(batch: number, logs: UnresolvedLogs = {}): Promise<void> {
    const step = this.batchStep ?? batch;
    this.batchStep = step + 1;
    if (this.per === 'batch' && this.batchStep % this.every === 0) {
      this.latest = await this.log(step, logs);
    }
    await super.onBatchEnd(batch, logs);
  }

  override async onEpochEnd(epoch: number, logs: UnresolvedLogs = {}): Promise<void> {
    if (this.per === 'batch') Object.assign(logs, this.latest);
    else if ((epoch + 1) % this.every === 0) await this.log(epoch, logs);
  }

  override async onTrainEnd(): Promise<void> {
    for (const writer of this.writers) await writer.close();
  }

  /** Measures, adds the values to `logs`, writes the record; returns the values. */
  private async log(step: number, logs: UnresolvedLogs): Promise<Record<string, number>> {
    if (this.reader === undefined) throw new Error('onTrainBegin was not called.');
    const { x, perClass = false } = this.options;
    const { batchSize } = this.params;
    const entanglement = await measureLayers(this.reader, x, this.labels, {
      batchSize: Math.max(Number(batchSize) || 0, DEFAULT_BATCH),
      ...this.options,
    });
    const values = entanglementKeys(this.prefix, entanglement, perClass);
    const taken = Object.keys(values).find((key) => key in logs);
    if (taken !== undefined) {
      throw new Error(
        `The logs have a value '${taken}' already. Give each EntanglementLogger a name of its own: ` +
          "new EntanglementLogger({x, y, name: 'train_entanglement'}).",
      );
    }
    Object.assign(logs, values);
    // Batch logs also say which batch it is and how large: not values to plot.
    const { batch: _batch, size: _size, ...row } = await resolveLogs(logs);
    const record = {
      epoch: this.epoch,
      step,
      per: this.per,
      name: this.prefix,
      time: Date.now(),
      logs: row,
      entanglement,
    };
    this.records.push(record);
    for (const writer of this.writers) await writer.write(record);
    return values;
  }
}

function assertWriters(writers: readonly LogWriter[]): void {
  if (!Array.isArray(writers)) {
    throw new TypeError(
      `Expected writers to be an array, such as [consoleTable()], but got ${typeof writers}.`,
    );
  }
  for (const [index, writer] of writers.entries()) {
    if (typeof writer?.write === 'function') continue;
    throw new TypeError(
      `Expected writers to be such as consoleTable() or csv('log.csv'), but entry ${index} has no ` +
        'function write(record).',
    );
  }
}

/** The class of each sample. */
async function classesOf({ x, y }: EntanglementLoggerOptions): Promise<ClassId[]> {
  const [first] = (Array.isArray(x) ? x : [x]) as Tensor[];
  const { ids, classes } = await readLabels({
    labels: y,
    samples: first?.shape[0] as number,
    name: 'y',
  });
  return Array.from(ids[0] as Int32Array, (id) => classes[id] as ClassId);
}

function assertSamples(x: Tensor | readonly Tensor[], y: Labels): void {
  const inputs: readonly unknown[] = Array.isArray(x) ? x : [x];
  const counts = inputs.map((input) => (input instanceof Tensor ? input.shape[0] : undefined));
  const labels = y instanceof Tensor ? y.shape[0] : (y as ArrayLike<unknown> | undefined)?.length;
  if (counts.length === 0 || counts.includes(undefined)) {
    throw new TypeError('Expected x to be a tensor of samples, or an array of one for each input.');
  }
  if (labels === undefined) {
    throw new TypeError(
      'Expected y to be the class ids of the samples in x, a tensor or an array, or one-hot rows, ' +
        `but got ${kindOf(y)}.`,
    );
  }
  if (counts.some((count) => count !== labels)) {
    throw new RangeError(
      `Expected as many labels in y as samples in x, but got ${labels} labels for ` +
        `${counts.join(' and ')} samples.`,
    );
  }
}
