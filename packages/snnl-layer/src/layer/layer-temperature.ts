import {
  add,
  clipByValue,
  customGrad,
  exp,
  type GradSaveFunc,
  mul,
  scalar,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, type layers } from '@tensorflow/tfjs-layers';
import { assertTemperature, TEMPERATURE_RANGE, type Temperature } from '../loss/distance';
import { currentTape } from './passes';

/** A learned temperature stays within this factor of its initial value where no bounds are given. */
const REACH = 100;

/** What {@link LayerTemperature} is made from: options of the layer, checked one by one. */
interface TemperatureOptions {
  readonly temperature: number;
  readonly learnTemperature: boolean;
  readonly temperatureRate: number;
  readonly minTemperature?: number | null | undefined;
  readonly maxTemperature?: number | null | undefined;
}

/**
 * The temperature of a layer: a number, or learned as log T = rate x w for a weight w. Optimizers such as
 * Adam take steps of one size, however large the gradient is: only the rate makes them larger in log T.
 *
 * Bounds hold for the weight, which a training step puts back to them before it reads it. A bound on the
 * value alone would end its gradient for good, or let the weight run away behind it.
 */
export class LayerTemperature {
  readonly isLearned: boolean;
  /** Bounds; null where there is none but that of float32. */
  readonly min: number | null;
  readonly max: number | null;
  readonly rate: number;
  private fixed: number;
  private weight: LayerVariable | undefined;

  /** @throws RangeError if the temperature is beyond a bound. */
  constructor(options: TemperatureOptions) {
    const { temperature, learnTemperature, temperatureRate } = options;
    this.isLearned = learnTemperature;
    this.rate = temperatureRate;
    const { least, most } = TEMPERATURE_RANGE;
    const reach = (bound: number) => (learnTemperature ? bound : null);
    const {
      minTemperature = reach(Math.max(temperature / REACH, least)),
      maxTemperature = reach(Math.min(temperature * REACH, most)),
    } = options;
    this.min = minTemperature;
    this.max = maxTemperature;
    this.assertWithin(temperature);
    this.fixed = temperature;
  }

  /** Reading a learned one reads its tensor synchronously. */
  get value(): number {
    if (this.weight === undefined) return this.fixed;
    const [w] = this.weight.read().dataSync() as Float32Array;
    const learned = Math.exp(this.rate * (w as number));
    const { least, most } = this.bounds();
    return Math.min(Math.max(learned, least), most);
  }

  /** @throws RangeError if it is not finite and positive, or beyond a bound. */
  set value(temperature: number) {
    assertTemperature(temperature);
    this.assertWithin(temperature);
    this.fixed = temperature;
    tidy(() => {
      this.weight?.write(scalar(Math.log(temperature) / this.rate));
    });
  }

  /** Makes the weight of a learned temperature, by `addWeight` of the layer. */
  build(addWeight: layers.Layer['addWeight']): void {
    if (!this.isLearned) return;
    // By its name a checkpoint of another rate is told apart.
    const name = this.rate === 1 ? 'log_temperature' : `log_temperature_by_${this.rate}`;
    const value = Math.log(this.fixed) / this.rate;
    this.weight = addWeight(name, [], 'float32', initializers.constant({ value }));
  }

  /**
   * The temperature of a step: a number, or a scalar on the tape that the caller owns.
   *
   * @param reversed Whether its gradient is negated, so that it descends what the features ascend.
   */
  current(reversed: boolean): Temperature {
    const { weight, rate } = this;
    if (weight === undefined) return this.fixed;
    if (currentTape() !== null && weight.trainable) {
      tidy(() => {
        weight.write(this.bounded(weight.read()));
      });
    }
    const slope = reversed ? -rate : rate;
    return customGrad((w, save) => {
      const value = exp(mul(this.bounded(w as Tensor), rate));
      (save as GradSaveFunc)([value]);
      return { value, gradFunc: (dy: Tensor, [t]: Tensor[]) => mul(mul(dy, t as Tensor), slope) };
    })(weight.read());
  }

  config() {
    return {
      temperature: this.value,
      learnTemperature: this.isLearned,
      ...(this.isLearned && { temperatureRate: this.rate }),
      ...((this.isLearned || this.min !== null) && { minTemperature: this.min }),
      ...((this.isLearned || this.max !== null) && { maxTemperature: this.max }),
    };
  }

  private bounds() {
    const { least, most } = TEMPERATURE_RANGE;
    return { least: this.min ?? least, most: this.max ?? most };
  }

  /** The weight, within the bounds; NaN where it is no number, also where a backend clips that away. */
  private bounded(weight: Tensor): Tensor {
    const { least, most } = this.bounds();
    const clipped = clipByValue(weight, Math.log(least) / this.rate, Math.log(most) / this.rate);
    return add(clipped, mul(weight, 0));
  }

  private assertWithin(temperature: number): void {
    const { least, most } = this.bounds();
    if (temperature >= least && temperature <= most) return;
    throw new RangeError(
      `Expected the temperature to be from minTemperature, ${least}, to maxTemperature, ${most}, but ` +
        `got ${temperature}. Change the bounds: null is none.`,
    );
  }
}
