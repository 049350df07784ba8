import type { SoftNearestNeighbor } from 'snnl-layer';
import { factorAt, temperatureAt } from './checked-schedule';
import { LayerAnnealing, type LayerAnnealingOptions } from './layer-annealing';

/** Options of {@link TemperatureAnnealing}; in the logs by default as `temperature`. */
export type TemperatureAnnealingOptions = LayerAnnealingOptions;

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
export class TemperatureAnnealing extends LayerAnnealing {
  constructor(options: TemperatureAnnealingOptions) {
    const className = 'TemperatureAnnealing';
    super({ className, property: 'temperature', valueAt: temperatureAt }, options);
  }

  protected override assertFree(layer: SoftNearestNeighbor): void {
    if (!layer.learnTemperature) return;
    throw new Error(
      `Layer '${layer.name}' learns its temperature, so a schedule would overwrite what it ` +
        'learns. Create it without learnTemperature, or name the layers to anneal.',
    );
  }
}

/** Options of {@link FactorAnnealing}; in the logs by default as `factor`. */
export type FactorAnnealingOptions = LayerAnnealingOptions;

/**
 * Sets the factor of soft nearest neighbour layers, the weight of their loss, from a schedule while a
 * model trains: to let it in after the first epochs, or to fade it out.
 *
 * Before each epoch or batch it sets factor = schedule(step), as {@link TemperatureAnnealing} does the
 * temperature, and writes it into the logs. The schedules of this package are greater than 0; a function
 * of your own may give 0, which only measures, or less, which entangles:
 * `(epoch) => Math.min(1, epoch / 10)`. After training the layers keep the last factor.
 *
 * `fit` rejects with an Error if the model has no such layer, a named layer is missing or of
 * another kind, or the key is taken; with a RangeError if the schedule gives a factor that is not
 * finite.
 */
export class FactorAnnealing extends LayerAnnealing {
  constructor(options: FactorAnnealingOptions) {
    super({ className: 'FactorAnnealing', property: 'factor', valueAt: factorAt }, options);
  }
}
