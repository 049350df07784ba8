import type { Tensor } from '@tensorflow/tfjs-core';
import {
  assertOptions,
  type ClassId,
  describeValue,
  type OptionRules,
  readLabels,
  rules,
} from 'snnl-layer';
import { ActivationReader } from './activations';
import {
  CooperativeCallback,
  firstBatch,
  resolveLogs,
  type UnresolvedLogs,
} from './cooperative-callback';
import { entanglementKeys } from './entanglement-keys';
import { DEFAULT_BATCH, MEASURE_RULES, type MeasureOptions, measureLayers } from './measure-layers';
import { chosenLayers, defaultLayers, type LayerChoices, layersRule } from './model-layers';
import { assertInputs, assertPaired, LABELLED_RULES, type LabelledSamples } from './samples';
import { GuardedWriter, type LogRecord, type LogWriter } from './writers/writer';

/** Options of {@link EntanglementLogger}. */
export interface EntanglementLoggerOptions extends LabelledSamples, MeasureOptions {
  /** Held-out input of the model, or inputs `[samples, ...]`. Keep it until training ends. */
  readonly x: LabelledSamples['x'];
  /**
   * Its class ids or, in a plain array, names `[samples]` or `[samples, 1]`; or one-hot rows
   * `[samples, classes]`. Read when training begins.
   */
  readonly y: LabelledSamples['y'];
  /**
   * A layer or its name, or an array of these; those of inner models too. Default: all
   * SoftNearestNeighbor layers, and where there are none, all layers with weights.
   */
  readonly layers?: LayerChoices;
  /** What is counted for `every`. Default `epoch`. */
  readonly per?: 'epoch' | 'batch';
  /** Measures after each `every` epochs or batches. Default 1. */
  readonly every?: number;
  /**
   * Batches in an epoch. Only needed to resume `per: 'batch'` with `initialEpoch` in `fitDataset`
   * with a dataset whose size tfjs does not know.
   */
  readonly stepsPerEpoch?: number;
  /** Adds the classes to the logs. Default false. */
  readonly perClass?: boolean;
  /** First part of the keys in the logs. Default `entanglement`. */
  readonly name?: string;
  /** Default none. */
  readonly writers?: readonly LogWriter[];
}

const RULES: OptionRules<EntanglementLoggerOptions> = {
  ...LABELLED_RULES,
  ...MEASURE_RULES,
  layers: layersRule,
  per: rules.oneOf<'epoch' | 'batch'>(['epoch', 'batch']),
  every: rules.integerFrom(1),
  stepsPerEpoch: rules.integerFrom(1),
  perClass: rules.flag,
  name: rules.text,
  writers: rules.arrayOf(
    rules.any<LogWriter>('a writer'),
    'an array of writers, such as [consoleTable()]',
  ),
};

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
 * `fit` rejects with an Error, before the first epoch, if a layer is missing, labels are none, or x does
 * not fit the model.
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
    assertOptions('EntanglementLogger', options, RULES);
    assertPaired(options);
    const { per = 'epoch', every = 1, name = 'entanglement', writers = [] } = options;
    assertWriters(writers);
    this.options = options;
    this.per = per;
    this.every = every;
    this.prefix = name;
    this.writers = writers.map((writer, index) => new GuardedWriter(writer, `writers[${index}]`));
  }

  override async onTrainBegin(logs?: UnresolvedLogs): Promise<void> {
    await super.onTrainBegin(logs);
    const { layers } = this.options;
    const chosen =
      layers === undefined ? defaultLayers(this.model) : chosenLayers(this.model, layers);
    assertInputs(this.model, this.options.x);
    this.reader = new ActivationReader(this.model, chosen);
    this.labels = await sampleClasses(this.options);
    this.records.length = 0;
    this.batchStep = undefined;
    for (const writer of this.writers) await writer.open();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
    this.latest = {};
    if (this.per === 'batch') {
      const { stepsPerEpoch } = this.options;
      this.batchStep ??= firstBatch(epoch, this.params, stepsPerEpoch, 'EntanglementLogger');
    }
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
    const taken = Object.keys(values).find((key) => Object.hasOwn(logs, key));
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
  for (const [index, writer] of writers.entries()) {
    if (typeof writer?.write === 'function') continue;
    throw new TypeError(
      `Expected writers to be such as consoleTable() or csv('log.csv'), but entry ${index}, ` +
        `${describeValue(writer)}, has no function write(record).`,
    );
  }
}

/** The class of each sample, `ignoreClass` where it has none. */
async function sampleClasses({ x, y, ignoreClass }: EntanglementLoggerOptions): Promise<ClassId[]> {
  const [first] = [x].flat();
  const { ids, classes } = await readLabels({
    labels: y,
    samples: (first as Tensor).shape[0] as number,
    name: 'y',
    ignoreClass,
  });
  return Array.from(ids[0] as Int32Array, (id) => (classes[id] ?? ignoreClass) as ClassId);
}
