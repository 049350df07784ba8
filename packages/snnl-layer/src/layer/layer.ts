import {
  addN,
  keep,
  mul,
  type Scalar,
  scalar,
  serialization,
  slice,
  Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { batchLoss } from '../loss/batch-loss';
import type { BatchLossOptions } from '../loss/batch-options';
import type { Distance } from '../loss/distance';
import { featureRows } from '../loss/features';
import type { Group } from '../loss/group';
import type { IgnoredClass } from '../loss/label-values';
import { type ClassWeight, weightColumn, weightsByClass } from '../loss/sample-weights';
import type { KernelChoice } from '../operation/kernel-choice';
import { assertValue, rules } from '../options';
import {
  ActivityRegularization,
  type ActivityRegularizationOptions,
} from './activity-regularization';
import type { Capture, Measured } from './captures';
import { CapturingLayer } from './capturing-layer';
import { checkedOptions, type SoftNearestNeighborOptions } from './layer-options';
import { LayerTemperature } from './layer-temperature';
import { scaled } from './pass-on';
import { read } from './passes';
import { StepLabels } from './step-labels';

/**
 * Captures the activations that pass through it and adds their soft nearest neighbour loss to the
 * training objective, `factor` times. Features go through unchanged.
 *
 * Inputs: features `[batch, ...]`, or `[features, labels]` with labels as class ids `[batch]`,
 * `[batch, 1]` or one-hot `[batch, classes]`, or `[features, labels, weights]` with weights of the
 * samples as anchors, `[batch, 1]`. Without a labels input the labels come from the target
 * of the layer's `entanglement` metric, else from that of the compiled loss (see
 * `withTargetLabels`). Several layers add up; a layer that a step goes through at several places, or
 * several times as in `timeDistributed`, is charged for each.
 *
 * Create it with {@link softNearestNeighbor}.
 *
 * @see docs/math.md eq. 3; Frosst, Papernot & Hinton 2019, arXiv:1902.01889.
 */
export class SoftNearestNeighbor extends CapturingLayer {
  /** The name under which saved models refer to the layer. */
  static className = 'SoftNearestNeighbor';

  /** See {@link SoftNearestNeighborOptions.ignoreClass}; null where every sample has a label. */
  readonly ignoreClass: IgnoredClass | null;
  /** See {@link SoftNearestNeighborOptions.classWeight}; null where all classes count alike. */
  readonly classWeight: ClassWeight | null;
  /** See {@link SoftNearestNeighborOptions.distance}. */
  readonly distance: Distance;
  /** See {@link SoftNearestNeighborOptions.units}; null for all. */
  readonly units: number | null;
  /** See {@link SoftNearestNeighborOptions.anyTarget}. */
  readonly anyTarget: boolean;
  /** See {@link SoftNearestNeighborOptions.kernel}. */
  readonly kernel: KernelChoice;
  /** See {@link SoftNearestNeighborOptions.group}; `parallelize` of snnl-parallel sets it. */
  group: Group | undefined;
  private currentFactor: number;
  private readonly ownTemperature: LayerTemperature;
  protected readonly remedy = 'With factor: 0 the layer only measures.';
  private showsRatio = false;
  private readonly labels: StepLabels;

  constructor(options: SoftNearestNeighborOptions = {}) {
    const checked = checkedOptions(options);
    super(checked);
    this.currentFactor = checked.factor;
    this.ignoreClass = checked.ignoreClass;
    this.classWeight = checked.classWeight;
    this.distance = checked.distance;
    this.units = checked.units;
    this.anyTarget = checked.anyTarget;
    this.kernel = checked.kernel;
    this.group = checked.group;
    this.ownTemperature = new LayerTemperature(checked);
    this.labels = new StepLabels(this, this.captures);
  }

  /** See {@link SoftNearestNeighborOptions.learnTemperature}. */
  get learnTemperature(): boolean {
    return this.ownTemperature.isLearned;
  }

  /**
   * T. A change takes effect at the next step. Reading a learned temperature reads its tensor
   * synchronously, which makes a graphics card wait.
   *
   * @throws RangeError on setting a value that is not finite and positive, or beyond the bounds.
   */
  get temperature(): number {
    return this.ownTemperature.value;
  }

  set temperature(value: number) {
    this.ownTemperature.value = value;
  }

  /**
   * See {@link SoftNearestNeighborOptions.factor}. A change takes effect at the next step.
   *
   * @throws TypeError on setting what is no number; RangeError if it is not finite.
   */
  get factor(): number {
    return this.currentFactor;
  }

  set factor(value: number) {
    assertValue('factor of softNearestNeighbor', value, rules.finite);
    this.currentFactor = value;
  }

  /** The layer that a saved model describes; tfjs calls it. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    // As it was before there was a rate, and bounds.
    const first = { temperatureRate: 1, minTemperature: null, maxTemperature: null };
    const given = config.learnTemperature === true ? { ...first, ...config } : config;
    const { classWeight } = config as {
      classWeight?: ClassWeight | [id: number, weight: number][];
    };
    const weights = Array.isArray(classWeight) && { classWeight: Object.fromEntries(classWeight) };
    return CapturingLayer.fromConfig(cls, { ...given, ...weights });
  }

  override build(inputShape: Shape | Shape[]): void {
    if (Array.isArray(inputShape[0]) && inputShape.length > 3) {
      throw new Error(
        `Layer '${this.name}' takes features, and if you like labels, and weights of the samples, but ` +
          `got ${inputShape.length} inputs.`,
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
    if (this.anyTarget && features.length !== 2) {
      throw new Error(
        `Layer '${this.name}' has anyTarget: true, for which its input has to be of shape [batch, ` +
          `features], but it is [${features}]. Put tf.layers.flatten() before it.`,
      );
    }
    this.ownTemperature.build(this.addWeight.bind(this));
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = super.computeOutputShape(inputShape);
    // tfjs takes a target of any width for an output whose width it does not know.
    return this.anyTarget ? [shape[0] ?? null, null] : shape;
  }

  override getConfig(): serialization.ConfigDict {
    return {
      ...super.getConfig(),
      factor: this.factor,
      ...this.ownTemperature.config(),
      distance: this.distance,
      units: this.units,
      ...(this.anyTarget && { anyTarget: true }),
      // As pairs: tfjs rewrites the keys of objects.
      ...(this.classWeight !== null && {
        classWeight: Object.entries(this.classWeight).map(([id, weight]) => [Number(id), weight]),
      }),
      ...(this.ignoreClass !== null && { ignoreClass: this.ignoreClass }),
      ...(this.kernel !== 'auto' && { kernel: this.kernel }),
    };
  }

  /** Captures outside of training too, for a metric; `ratio`: the chance level is wanted as well. */
  monitor(ratio: boolean): void {
    this.isMonitored = true;
    this.showsRatio ||= ratio;
  }

  /**
   * Entanglement in the run of a model, one entry for each place where it went through the layer.
   *
   * @param target Labels to use where the layer has no labels input.
   * @param output The output of the model for which `target` is.
   * @param kernel What measures it, unless the training objective has; default that of the layer.
   * @throws Error if the layer did not run, or other targets claim it in this run.
   */
  measure(target: Tensor, output: Tensor, kernel?: KernelChoice): Measured[] {
    const reading = read(target, output, this);
    const captures = reading === undefined ? [] : this.captures.of(reading);
    if (captures === undefined) {
      throw new Error(
        `Layer '${this.name}' captured more features in one pass than it keeps outside of ` +
          'training. Evaluate with a smaller batchSize.',
      );
    }
    if (captures.length === 0) throw this.didNotRun();
    return captures.map((capture) => this.measured(capture, kernel));
  }

  protected override term(due: Capture[]): Scalar {
    if (this.factor === 0) return scalar(0);
    const labelled = due.filter((capture) => this.labels.has(capture));
    const meant = labelled.filter((capture) => this.labels.areMeant(capture));
    // What a loss or metric runs for itself is on the same tape.
    const places = [meant, labelled].find(({ length }) => length > 0) ?? due;
    const losses = places.map((capture) => this.measured(capture).loss);
    const [first] = losses as [Scalar];
    return scaled(losses.length === 1 ? first : addN(losses), this.factor);
  }

  protected override wants(capture: Capture, surely: boolean): boolean {
    if (this.factor === 0) return false;
    if (surely) return this.labels.areMeant(capture);
    // Else it is of no training that is known of, such as a teacher's.
    return capture.training || this.labels.has(capture);
  }

  /** Weights of the samples of a capture, by class and from the third input; undefined without both. */
  private weightsOf({ features, weights }: Capture, labels: Tensor): (() => Tensor1D) | undefined {
    const { classWeight } = this;
    if (classWeight === null && weights === undefined) return undefined;
    const samples = features.shape[0] as number;
    return () => {
      const ofInput =
        weights && weightColumn(weights, samples, `the third input of '${this.name}'`);
      if (classWeight === null) return ofInput as Tensor1D;
      const ofClass = weightsByClass(labels, classWeight, samples);
      return ofInput === undefined ? ofClass : mul(ofInput, ofClass);
    };
  }

  private measured(capture: Capture, kernel = this.kernel): Measured {
    // Asked for each time: a second metric may come with other labels.
    const labels = this.labels.of(capture);
    capture.measured ??= tidy(() => {
      const temperature = this.ownTemperature.current(this.factor < 0);
      const rows = featureRows(capture.features, 'features');
      const features = this.units === null ? rows : slice(rows, 0, [-1, this.units]);
      let chance: Scalar | undefined;
      const onChance = (level: Scalar) => {
        chance = level;
      };
      const options: BatchLossOptions = {
        temperature,
        distance: this.distance,
        reduction: 'mean',
        epsilon: 0,
        ignoreClass: this.ignoreClass ?? undefined,
        weights: this.weightsOf(capture, labels),
        // Outside of training ranks need not do the same.
        group: capture.run.tape === null ? undefined : this.group,
        kernel,
        origin: this.labels.origin(capture),
      };
      const loss = batchLoss(labels, features, options, this.showsRatio ? onChance : undefined);
      if (temperature instanceof Tensor) keep(temperature);
      return { loss: keep(loss as Scalar), chance, temperature };
    });
    return capture.measured;
  }
}

/**
 * Makes the layers of this package known to `tf.loadLayersModel`. Call it before loading a model that
 * contains one in a process that has created none. Calling it again does nothing.
 */
export function registerLayer(): void {
  const { classNameMap } = serialization.SerializationMap.getMap();
  if (classNameMap[SoftNearestNeighbor.className] === undefined) {
    serialization.registerClass(SoftNearestNeighbor);
  }
  if (classNameMap[ActivityRegularization.className] === undefined) {
    serialization.registerClass(ActivityRegularization);
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
  registerLayer();
  return new SoftNearestNeighbor(options);
}

/**
 * A layer that adds l1 times the sum of what passes through it, in absolute values, and l2 times that
 * of its squares to training, over the number of samples: as the layer ActivityRegularization of Keras.
 *
 * @param options See {@link ActivityRegularizationOptions}.
 * @returns The layer; it is the identity.
 * @throws RangeError if l1 or l2 is negative or not finite, or an option is unknown.
 */
export function activityRegularizer(
  options: ActivityRegularizationOptions = {},
): ActivityRegularization {
  registerLayer();
  return new ActivityRegularization(options);
}
