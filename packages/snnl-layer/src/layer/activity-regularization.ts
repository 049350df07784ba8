import {
  abs,
  add,
  addN,
  div,
  mul,
  type Scalar,
  type serialization,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { assertOptions, type OptionRules, rules } from '../options';
import type { Capture } from './captures';
import { CapturingLayer } from './capturing-layer';
import { LAYER_RULES, type LayerArgs } from './layer-options';

/** Options of {@link activityRegularizer}, beside those of every tfjs layer, such as `name`. */
export interface ActivityRegularizationOptions extends LayerArgs {
  /** Weight of the sum of absolute activations; 0 or greater. Default 0. */
  readonly l1?: number;
  /** Weight of the sum of squared activations; 0 or greater. Default 0. */
  readonly l2?: number;
}

const RULES: OptionRules<ActivityRegularizationOptions> = {
  l1: rules.notNegative,
  l2: rules.notNegative,
  ...LAYER_RULES,
};

/**
 * Adds (l1 sum |x| + l2 sum x^2) / batch of the activations x that pass through it to training, as the
 * layer of this name in Keras does. Activations go through unchanged. A layer at several places is
 * charged for each.
 *
 * Create it with {@link activityRegularizer}.
 */
export class ActivityRegularization extends CapturingLayer {
  /** The name under which saved models, those of Keras too, refer to the layer. */
  static className = 'ActivityRegularization';

  /** See {@link ActivityRegularizationOptions.l1}. */
  readonly l1: number;
  /** See {@link ActivityRegularizationOptions.l2}. */
  readonly l2: number;
  protected readonly remedy = 'With l1: 0 and l2: 0 the layer adds nothing.';

  constructor(options: ActivityRegularizationOptions = {}) {
    assertOptions('activityRegularizer', options, RULES);
    super(options);
    this.l1 = options.l1 ?? 0;
    this.l2 = options.l2 ?? 0;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), l1: this.l1, l2: this.l2 };
  }

  protected override term(due: Capture[]): Scalar {
    const meant = due.filter(({ training }) => training);
    // A custom layer does not say that it trains.
    const places = meant.length > 0 ? meant : due;
    return tidy(() => addN(places.map(({ features }) => this.penalty(features))));
  }

  protected override wants({ training }: Capture): boolean {
    return training && (this.l1 > 0 || this.l2 > 0);
  }

  private penalty(x: Tensor): Scalar {
    const total = add(mul(sum(abs(x)), this.l1), mul(sum(square(x)), this.l2));
    return div(total, Math.max(x.shape[0] ?? 1, 1));
  }
}
