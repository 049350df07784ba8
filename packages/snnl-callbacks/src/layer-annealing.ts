import {
  allLayers,
  assertOptions,
  type OptionRules,
  rules,
  type SoftNearestNeighbor,
} from 'snnl-layer';
import type { Schedule } from './checked-schedule';
import { CooperativeCallback, firstBatch, type UnresolvedLogs } from './cooperative-callback';
import { chosenLayers, isSoftNearestNeighbor, type LayerChoices, layersRule } from './model-layers';

/** Options of a callback that sets a value of layers from a schedule. */
export interface LayerAnnealingOptions {
  /** The value of each step; one of this package's schedules or a function of your own. */
  readonly schedule: Schedule;
  /** A SoftNearestNeighbor layer or its name, or an array of these. Default: all of the model. */
  readonly layers?: LayerChoices;
  /** What a step is. Default `epoch`. */
  readonly per?: 'epoch' | 'batch';
  /**
   * Batches in an epoch. Only needed to resume `per: 'batch'` with `initialEpoch` in `fitDataset`
   * with a dataset whose size tfjs does not know.
   */
  readonly stepsPerEpoch?: number;
  /** Key in the logs. */
  readonly name?: string;
}

const RULES: OptionRules<LayerAnnealingOptions> = {
  schedule: rules.required(
    rules.callable<Schedule>('a function of the step, such as inversePower()'),
  ),
  layers: layersRule,
  per: rules.oneOf<'epoch' | 'batch'>(['epoch', 'batch']),
  stepsPerEpoch: rules.integerFrom(1),
  name: rules.text,
};

/** What is annealed, and how. */
interface Annealed {
  /** Of the callback, for messages. */
  readonly className: string;
  /** Of the layers; the key in the logs by default. */
  readonly property: 'temperature' | 'factor';
  /** The value of a step; throws if it is none. */
  readonly valueAt: (schedule: Schedule, step: number) => number;
}

/**
 * Sets a value of SoftNearestNeighbor layers before each epoch or batch, with steps counted from 0 over
 * the whole training, and writes it into the logs.
 */
export abstract class LayerAnnealing extends CooperativeCallback {
  private readonly options: LayerAnnealingOptions;
  private layers: SoftNearestNeighbor[] = [];
  /** The next batch, counted over the whole training; undefined before the first epoch. */
  private batchStep: number | undefined;
  private value: number | undefined;

  constructor(
    private readonly annealed: Annealed,
    options: LayerAnnealingOptions,
  ) {
    super();
    assertOptions(annealed.className, options, RULES);
    this.options = options;
  }

  /** Throws if the value of a layer is not to be set. */
  protected assertFree(_layer: SoftNearestNeighbor): void {}

  override async onTrainBegin(logs?: UnresolvedLogs): Promise<void> {
    await super.onTrainBegin(logs);
    this.layers = this.findLayers();
    this.batchStep = undefined;
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    const { per = 'epoch', stepsPerEpoch } = this.options;
    if (per === 'epoch') this.apply(epoch);
    else this.batchStep ??= firstBatch(epoch, this.params, stepsPerEpoch, this.annealed.className);
  }

  override async onBatchBegin(): Promise<void> {
    if (this.options.per !== 'batch' || this.batchStep === undefined) return;
    this.apply(this.batchStep);
    this.batchStep += 1;
  }

  override async onBatchEnd(batch: number, logs: UnresolvedLogs = {}): Promise<void> {
    this.log(logs);
    await super.onBatchEnd(batch, logs);
  }

  override async onEpochEnd(_epoch: number, logs: UnresolvedLogs = {}): Promise<void> {
    this.log(logs);
  }

  private apply(step: number): void {
    const { property, valueAt } = this.annealed;
    this.value = valueAt(this.options.schedule, step);
    for (const layer of this.layers) layer[property] = this.value;
  }

  private log(logs: UnresolvedLogs): void {
    const { className, property } = this.annealed;
    const { name: key = property } = this.options;
    if (Object.hasOwn(logs, key)) {
      throw new Error(
        `The logs have a value '${key}' already. Give each ${className} a name of ` +
          `its own: new ${className}({schedule, layers, name: '${property}_2'}).`,
      );
    }
    if (this.value !== undefined) logs[key] = this.value;
  }

  private findLayers(): SoftNearestNeighbor[] {
    const { property } = this.annealed;
    const { layers } = this.options;
    const found =
      layers === undefined
        ? allLayers(this.model).filter(isSoftNearestNeighbor)
        : chosenLayers(this.model, layers);
    if (found.length === 0) {
      throw new Error(
        `Model '${this.model.name}' has no SoftNearestNeighbor layer whose ${property} could be ` +
          'annealed. Add softNearestNeighbor() of snnl-layer to it. If it is inside a custom layer, ' +
          'that layer must hold it in a field or an array, where it can be found.',
      );
    }
    return found.map((layer) => {
      if (!isSoftNearestNeighbor(layer)) {
        throw new Error(
          `Layer '${layer.name}' is a ${layer.getClassName()}. Expected a SoftNearestNeighbor ` +
            `layer, which has a ${property}.`,
        );
      }
      this.assertFree(layer);
      return layer;
    });
  }
}
