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

  /** @param what What is annealed: the key in the logs by default. */
  constructor(
    private readonly className: string,
    private readonly what: string,
    options: LayerAnnealingOptions,
  ) {
    super();
    assertOptions(className, options, RULES);
    this.options = options;
  }

  /** The value of a step; throws if it is none. */
  protected abstract valueAt(schedule: Schedule, step: number): number;
  protected abstract set(layer: SoftNearestNeighbor, value: number): void;
  /** Throws if the value of a layer is not to be set. */
  protected abstract assertFree(layer: SoftNearestNeighbor): void;

  override async onTrainBegin(logs?: UnresolvedLogs): Promise<void> {
    await super.onTrainBegin(logs);
    this.layers = this.findLayers();
    this.batchStep = undefined;
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    const { per = 'epoch', stepsPerEpoch } = this.options;
    if (per === 'epoch') this.apply(epoch);
    else this.batchStep ??= firstBatch(epoch, this.params, stepsPerEpoch, this.className);
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
    this.value = this.valueAt(this.options.schedule, step);
    for (const layer of this.layers) this.set(layer, this.value);
  }

  private log(logs: UnresolvedLogs): void {
    const { name: key = this.what } = this.options;
    if (Object.hasOwn(logs, key)) {
      throw new Error(
        `The logs have a value '${key}' already. Give each ${this.className} a name of ` +
          `its own: new ${this.className}({schedule, layers, name: '${this.what}_2'}).`,
      );
    }
    if (this.value !== undefined) logs[key] = this.value;
  }

  private findLayers(): SoftNearestNeighbor[] {
    const { layers } = this.options;
    const found =
      layers === undefined
        ? allLayers(this.model).filter(isSoftNearestNeighbor)
        : chosenLayers(this.model, layers);
    if (found.length === 0) {
      throw new Error(
        `Model '${this.model.name}' has no SoftNearestNeighbor layer whose ${this.what} could be ` +
          'annealed. Add softNearestNeighbor() of snnl-layer to it. If it is inside a custom layer, ' +
          'that layer must hold it in a field or an array, where it can be found.',
      );
    }
    return found.map((layer) => {
      if (!isSoftNearestNeighbor(layer)) {
        throw new Error(
          `Layer '${layer.name}' is a ${layer.getClassName()}. Expected a SoftNearestNeighbor ` +
            `layer, which has a ${this.what}.`,
        );
      }
      this.assertFree(layer);
      return layer;
    });
  }
}
