import {
  allLayers,
  assertOptions,
  type OptionRules,
  rules,
  type SoftNearestNeighbor,
} from 'snnl-layer';
import { type Schedule, temperatureAt } from './checked-schedule';
import { CooperativeCallback, firstBatch, type UnresolvedLogs } from './cooperative-callback';
import { chosenLayers, isSoftNearestNeighbor, type LayerChoices, layersRule } from './model-layers';

/** Options of {@link TemperatureAnnealing}. */
export interface TemperatureAnnealingOptions {
  /** The temperature of each step; one of this package's schedules or a function of your own. */
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
  /** Key in the logs. Default `temperature`. */
  readonly name?: string;
}

const RULES: OptionRules<TemperatureAnnealingOptions> = {
  schedule: rules.required(
    rules.callable<Schedule>('a function of the step, such as inversePower()'),
  ),
  layers: layersRule,
  per: rules.oneOf<'epoch' | 'batch'>(['epoch', 'batch']),
  stepsPerEpoch: rules.integerFrom(1),
  name: rules.text,
};

/**
 * Sets the temperature of soft nearest neighbour layers from a schedule while a model trains.
 *
 * Before each epoch or batch it sets T = schedule(step), with steps counted from 0 over the whole
 * training: `initialEpoch` resumes where the schedule was. It writes the temperature into the logs
 * of batches and epochs under `name`; with `per: 'batch'` those of an epoch hold the temperature of
 * its last batch. After training the layers keep the last temperature.
 *
 * `fit` rejects with an Error if the model has no such layer, a named layer is missing or of
 * another kind, a layer learns its temperature, or the key is taken; with a RangeError if the
 * schedule gives a temperature that is not finite and positive.
 */
export class TemperatureAnnealing extends CooperativeCallback {
  private readonly schedule: Schedule;
  private readonly chosen: LayerChoices | undefined;
  private readonly per: 'epoch' | 'batch';
  private readonly stepsPerEpoch: number | undefined;
  private readonly key: string;
  private layers: SoftNearestNeighbor[] = [];
  /** The next batch, counted over the whole training; undefined before the first epoch. */
  private batchStep: number | undefined;
  private temperature: number | undefined;

  constructor(options: TemperatureAnnealingOptions) {
    super();
    assertOptions('TemperatureAnnealing', options, RULES);
    const { schedule, layers, per = 'epoch', stepsPerEpoch, name = 'temperature' } = options;
    this.schedule = schedule;
    this.chosen = layers;
    this.per = per;
    this.stepsPerEpoch = stepsPerEpoch;
    this.key = name;
  }

  override async onTrainBegin(logs?: UnresolvedLogs): Promise<void> {
    await super.onTrainBegin(logs);
    this.layers = this.findLayers();
    this.batchStep = undefined;
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    if (this.per === 'epoch') this.apply(epoch);
    else {
      this.batchStep ??= firstBatch(epoch, this.params, this.stepsPerEpoch, 'TemperatureAnnealing');
    }
  }

  override async onBatchBegin(): Promise<void> {
    if (this.per !== 'batch' || this.batchStep === undefined) return;
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
    this.temperature = temperatureAt(this.schedule, step);
    for (const layer of this.layers) layer.temperature = this.temperature;
  }

  private log(logs: UnresolvedLogs): void {
    if (Object.hasOwn(logs, this.key)) {
      throw new Error(
        `The logs have a value '${this.key}' already. Give each TemperatureAnnealing a name of ` +
          `its own: new TemperatureAnnealing({schedule, layers, name: 'temperature_2'}).`,
      );
    }
    if (this.temperature !== undefined) logs[this.key] = this.temperature;
  }

  private findLayers(): SoftNearestNeighbor[] {
    const found =
      this.chosen === undefined
        ? allLayers(this.model).filter(isSoftNearestNeighbor)
        : chosenLayers(this.model, this.chosen);
    if (found.length === 0) {
      throw new Error(
        `Model '${this.model.name}' has no SoftNearestNeighbor layer whose temperature could be ` +
          'annealed. Add softNearestNeighbor() of snnl-layer to it. If it is inside a custom layer, ' +
          'that layer must hold it in a field or an array, where it can be found.',
      );
    }
    return found.map((layer) => {
      if (!isSoftNearestNeighbor(layer)) {
        throw new Error(
          `Layer '${layer.name}' is a ${layer.getClassName()}. Expected a SoftNearestNeighbor ` +
            'layer, which has a temperature.',
        );
      }
      if (layer.learnTemperature) {
        throw new Error(
          `Layer '${layer.name}' learns its temperature, so a schedule would overwrite what it ` +
            'learns. Create it without learnTemperature, or name the layers to anneal.',
        );
      }
      return layer;
    });
  }
}
