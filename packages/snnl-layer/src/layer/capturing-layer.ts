import { engine, type Scalar, scalar, type serialization, Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { type Capture, Captures } from './captures';
import { passOn } from './pass-on';
import { idleLayers } from './passes';

/**
 * A layer that passes its first input on unchanged, captures what goes through it, and adds a loss of
 * that to training. A step that leaves the loss out is refused, not trained without a word.
 */
export abstract class CapturingLayer extends layers.Layer {
  protected readonly captures = new Captures((capture) => this.sayOmission(capture));
  /** Whether passes outside of training are captured too. */
  protected isMonitored = false;
  /** What makes the layer add no loss, a sentence of a message. */
  protected abstract readonly remedy: string;
  private warned = false;

  /** The layer that a saved model describes; tfjs calls it. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    // tfjs adds a key of its own to the config of a saved layer.
    const { customObjects: _, ...options } = config;
    return new cls(options);
  }

  constructor(args: ConstructorParameters<typeof layers.Layer>[0]) {
    super(args);
    this.supportsMasking = true;
    this.addLoss(() => this.charge());
  }

  /** The term of the objective for the captures of a step, of which there may be none. */
  protected abstract term(due: Capture[]): Scalar;

  /** Whether a step that captured it is known to want its loss; `surely`: to be refused without it. */
  protected abstract wants(capture: Capture, surely: boolean): boolean;

  override apply(...args: Parameters<layers.Layer['apply']>): ReturnType<layers.Layer['apply']> {
    const output = super.apply(...args);
    if (!(output instanceof Tensor)) idleLayers().set(this.name, new WeakRef(this));
    return output;
  }

  override call(inputs: Tensor | Tensor[], kwargs: { training?: unknown }): Tensor {
    const [features, labels, weights] = Array.isArray(inputs) ? inputs : [inputs];
    if (features === undefined) throw new Error(`Layer '${this.name}' was called without input.`);
    idleLayers().delete(this.name);
    const capture = this.captures.add(features, [labels, weights], {
      training: kwargs?.training === true,
      always: this.isMonitored,
    });
    if (capture === undefined || capture.run.tape === null) return features.clone();
    // The backward pass comes when all losses are known: the time to see that this one is missing.
    return passOn(features, () => this.assertCharged(capture));
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
  }

  override computeMask(_inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor {
    return (Array.isArray(mask) ? mask[0] : mask) as Tensor;
  }

  override dispose(): ReturnType<layers.Layer['dispose']> {
    const result = super.dispose();
    if (result.refCountAfterDispose === 0) this.captures.clear();
    return result;
  }

  protected didNotRun(): Error {
    return new Error(
      `Layer '${this.name}' has captured nothing in this step. Expected the model that is trained ` +
        'or measured to contain the layer, and its losses to be asked for right after its ' +
        'forward pass.',
    );
  }

  /** The term of the training objective for all places of a step; 0 when asked again. */
  private charge(): Scalar {
    const due = this.captures.due();
    if (due === undefined) throw this.didNotRun();
    try {
      return due.length === 0 ? scalar(0) : this.term(due);
    } finally {
      this.captures.charged();
    }
  }

  /** @throws Error if a step trains on the capture without its loss: tfjs did not ask for it. */
  private assertCharged(capture: Capture): void {
    // Gradients inside a step come before its losses.
    if (engine().state.gradientDepth > 0 || this.captures.isCharged(capture)) return;
    if (this.wants(capture, true)) throw this.omission();
  }

  private sayOmission(capture: Capture): void {
    if (this.warned || !this.wants(capture, false)) return;
    this.warned = true;
    console.warn(this.omission().message);
  }

  private omission(): Error {
    return new Error(
      `Layer '${this.name}' ran in a training step, but nobody asked for its loss. tfjs asks no ` +
        'layer inside a custom layer, nor in a model inside a wrapper such as timeDistributed: let ' +
        'that layer of the model pass the loss on, outer.addLoss(layer.losses), or wrap the layer ' +
        'alone: timeDistributed({layer}). In a loop of your own, add model.calculateLosses() to the ' +
        `loss. ${this.remedy}`,
    );
  }
}
