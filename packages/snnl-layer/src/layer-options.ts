import { assertDistance, type Distance } from './distance';
import { shown } from './options-object';
import { assertTemperature } from './temperature';

/** Options of {@link softNearestNeighbor}. */
export interface SoftNearestNeighborOptions {
  /**
   * Weight of the loss in the training objective. Greater than 0 pulls classes apart; less than 0
   * entangles them; 0 only measures. Default 1.
   */
  readonly factor?: number;
  /** T > 0, in units of the distance; the initial value where it is learned. Default 1. */
  readonly temperature?: number;
  /**
   * Learns log T with the model's weights. It always descends the loss, also when `factor` is
   * negative (Frosst, Papernot & Hinton 2019, eq. 3). Default false.
   */
  readonly learnTemperature?: boolean;
  /** Default `cosine`. */
  readonly distance?: Distance;
  /** Only this many leading features of each sample count. Default: all. */
  readonly units?: number | null;
  /** Name of the layer, as of any tfjs layer. Default: one that tfjs makes up. */
  readonly name?: string;
}

/** Names of the options. A saved config has some of tfjs's besides. */
export const LAYER_OPTIONS = [
  'factor',
  'temperature',
  'learnTemperature',
  'distance',
  'units',
  'name',
] satisfies (keyof SoftNearestNeighborOptions)[];

/** The options with defaults; throws on a value that is not allowed. */
export function checkedOptions({
  factor = 1,
  temperature = 1,
  learnTemperature = false,
  distance = 'cosine',
  units = null,
}: SoftNearestNeighborOptions) {
  if (!Number.isFinite(factor)) {
    throw new RangeError(`Expected factor to be a finite number, but got ${shown(factor)}.`);
  }
  assertTemperature(temperature);
  assertDistance(distance);
  if (units !== null && !(Number.isInteger(units) && units > 0)) {
    throw new RangeError(
      `Expected units to be an integer greater than 0, but got ${shown(units)}.`,
    );
  }
  return { factor, temperature, learnTemperature: learnTemperature === true, distance, units };
}
