import {
  customGrad,
  exp,
  keep,
  mul,
  neg,
  type Scalar,
  scalar,
  serialization,
  slice,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { batchLoss } from './batch-loss';
import { type Capture, Captures, type Measured } from './captures';
import type { Distance } from './distance';
import { featureRows } from './features';
import { LabelCheck } from './label-check';
import { checkedOptions, LAYER_OPTIONS, type SoftNearestNeighborOptions } from './layer-options';
import { assertOptions } from './options-object';
import { postedTarget } from './target-labels';
import { assertTemperature, type Temperature } from './temperature';

/** The identity, whose gradient is the negated one of its output. */
function reverseGradient(x: Tensor): Tensor {
  return customGrad((t) => ({ value: (t as Tensor).clone(), gradFunc: (dy: Tensor) => neg(dy) }))(
    x,
  );
}

/**
 * Captures the activations that pass through it and adds their soft nearest neighbour loss to the
 * training objective, `factor` times. Features go through unchanged.
 *
 * Inputs: features `[batch, ...]`, or `[features, labels]` with labels as class ids `[batch]`,
 * `[batch, 1]` or one-hot `[batch, classes]`. Without a labels input the labels come from the
 * compiled loss (see `withTargetLabels`) or from the target of an `entanglement` metric. Several
 * layers add up; a layer applied at several places is charged at each.
 *
 * Create it with {@link softNearestNeighbor}.
 *
 * @see docs/math.md eq. 3; Frosst, Papernot & Hinton 2019, arXiv:1902.01889.
 */
export class SoftNearestNeighbor extends layers.Layer {
  /** The name under which saved models refer to the layer. */
  static className = 'SoftNearestNeighbor';

  /** See {@link SoftNearestNeighborOptions.factor}. */
  readonly factor: number;
  /** See {@link SoftNearestNeighborOptions.distance}. */
  readonly distance: Distance;
  /** See {@link SoftNearestNeighborOptions.units}; null for all. */
  readonly units: number | null;
  /** See {@link SoftNearestNeighborOptions.learnTemperature}. */
  readonly learnTemperature: boolean;
  private currentTemperature: number;
  private logTemperature: LayerVariable | undefined;
  private monitored = false;
  private showsRatio = false;
  private readonly captures = new Captures();
  private readonly inputCheck: LabelCheck;
  private readonly targetCheck: LabelCheck;

  constructor(options: SoftNearestNeighborOptions = {}) {
    super(options.name === undefined ? {} : { name: options.name });
    const checked = checkedOptions(options);
    this.factor = checked.factor;
    this.distance = checked.distance;
    this.units = checked.units;
    this.learnTemperature = checked.learnTemperature;
    this.currentTemperature = checked.temperature;
    this.inputCheck = new LabelCheck(this.name, 'input');
    this.targetCheck = new LabelCheck(this.name, 'target');
    this.supportsMasking = true;
    this.addLoss(() => this.charge());
  }

  /**
   * T. A change takes effect at the next step. Reading a learned temperature reads its tensor
   * synchronously, which the webgpu backend cannot.
   *
   * @throws RangeError on setting a value that is not finite and positive.
   */
  get temperature(): number {
    const learned = this.logTemperature;
    if (learned === undefined) return this.currentTemperature;
    return Math.exp(learned.read().dataSync()[0] as number);
  }

  set temperature(value: number) {
    assertTemperature(value);
    this.currentTemperature = value;
    tidy(() => {
      this.logTemperature?.write(scalar(Math.log(value)));
    });
  }

  override build(inputShape: Shape | Shape[]): void {
    if (Array.isArray(inputShape[0]) && inputShape.length > 2) {
      throw new Error(
        `Layer '${this.name}' takes one input, features, or two, features and labels, but got ` +
          `${inputShape.length}.`,
      );
    }
    const features = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const width = features.slice(1).reduce<number>((product, size) => product * (size ?? NaN), 1);
    if (this.units !== null && this.units > width) {
      throw new RangeError(
        `Layer '${this.name}' has units: ${this.units}, but its input has only ${width} features ` +
          'a sample.',
      );
    }
    if (this.learnTemperature) {
      this.logTemperature = this.addWeight(
        'log_temperature',
        [],
        'float32',
        initializers.constant({ value: Math.log(this.currentTemperature) }),
      );
    }
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[], _kwargs: object): Tensor {
    const [features, labels] = Array.isArray(inputs) ? inputs : [inputs];
    if (features === undefined) throw new Error(`Layer '${this.name}' was called without input.`);
    // Nested models pass no training flag; the tape tells training just as well.
    this.captures.add(features, labels, this.monitored);
    return features.clone();
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
  }

  override computeMask(_inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor {
    return (Array.isArray(mask) ? mask[0] : mask) as Tensor;
  }

  override getConfig(): serialization.ConfigDict {
    return {
      ...super.getConfig(),
      factor: this.factor,
      temperature: this.temperature,
      learnTemperature: this.learnTemperature,
      distance: this.distance,
      units: this.units,
    };
  }

  override dispose(): ReturnType<layers.Layer['dispose']> {
    const result = super.dispose();
    if (result.refCountAfterDispose === 0) this.captures.clear();
    return result;
  }

  /** Captures outside of training too, for a metric; `ratio`: the chance level is wanted as well. */
  monitor(ratio: boolean): void {
    this.monitored = true;
    this.showsRatio ||= ratio;
  }

  /**
   * Entanglement of the current pass, one entry for each place where the layer is applied.
   *
   * @param target Labels to use where the pass has no others.
   * @throws Error if the layer did not run in this pass, or has no labels.
   */
  measure(target: Tensor): Measured[] {
    const captures = this.captures.all();
    if (captures.length === 0) throw this.didNotRun();
    return captures.map((capture) => this.measured(capture, target));
  }

  /** The term of the training objective for one place; frees its capture. */
  private charge(): Scalar {
    const capture = this.captures.first();
    if (capture === undefined) throw this.didNotRun();
    try {
      if (this.factor === 0) return scalar(0);
      return mul(this.measured(capture).loss, this.factor);
    } finally {
      this.captures.consume();
    }
  }

  private measured(capture: Capture, target?: Tensor): Measured {
    capture.measured ??= tidy(() => {
      const rows = featureRows(capture.features, 'features');
      let chance: Scalar | undefined;
      const loss = batchLoss(
        this.labels(capture, target),
        this.units === null ? rows : slice(rows, 0, [-1, this.units]),
        {
          temperature: this.temperatureTensor(),
          distance: this.distance,
          reduction: 'mean',
          epsilon: 0,
          kernel: 'auto',
        },
        this.showsRatio
          ? (level) => {
              chance = level;
            }
          : undefined,
      );
      return { loss: keep(loss as Scalar), chance };
    });
    return capture.measured;
  }

  private temperatureTensor(): Temperature {
    if (this.logTemperature === undefined) return this.currentTemperature;
    const learned = exp(this.logTemperature.read());
    return this.factor < 0 ? reverseGradient(learned) : learned;
  }

  private labels(capture: Capture, fallback: Tensor | undefined): Tensor {
    if (capture.labels !== undefined) {
      this.inputCheck.run(capture.labels);
      return capture.labels;
    }
    const target = postedTarget() ?? fallback;
    if (target === undefined) {
      throw new Error(
        `Layer '${this.name}' has no labels in this step. Give them as a second input, ` +
          `layer.apply([features, labels]), or compile the model with ` +
          `loss: withTargetLabels('categoricalCrossentropy') or metrics: [entanglement(layer)], ` +
          `whose target then holds the labels.`,
      );
    }
    this.targetCheck.run(target);
    return target;
  }

  private didNotRun(): Error {
    return new Error(
      `Layer '${this.name}' has captured nothing in this step. Expected the model that is trained ` +
        'or measured to contain the layer, and its losses to be asked for right after its ' +
        'forward pass.',
    );
  }
}

/**
 * Makes SoftNearestNeighbor known to `tf.loadLayersModel`. Call it before loading a model that
 * contains one in a process that has created none. Calling it again does nothing.
 */
export function registerLayer(): void {
  const { classNameMap } = serialization.SerializationMap.getMap();
  if (classNameMap[SoftNearestNeighbor.className] === undefined) {
    serialization.registerClass(SoftNearestNeighbor);
  }
}

/**
 * A layer that adds the soft nearest neighbour loss of what passes through it to training.
 *
 * @param options See {@link SoftNearestNeighborOptions}.
 * @returns The layer; it is the identity on its features.
 * @throws RangeError if factor, temperature, distance or units is out of range, or an option is
 *   unknown.
 */
export function softNearestNeighbor(options: SoftNearestNeighborOptions = {}): SoftNearestNeighbor {
  assertOptions('softNearestNeighbor', options, LAYER_OPTIONS);
  registerLayer();
  return new SoftNearestNeighbor(options);
}
