import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { LabelOrigin } from '../loss/label-values';
import { LayerLabels } from '../loss/labels';
import type { Capture, Captures } from './captures';
import { outputNames } from './graph';
import type { Reading } from './passes';

/**
 * The class labels of what a layer captured: those of its second input, else the target of its metric,
 * else that of the compiled loss.
 */
export class StepLabels {
  private readonly input: LayerLabels;
  private readonly target: LayerLabels;

  constructor(
    private readonly layer: layers.Layer,
    private readonly captures: Captures,
  ) {
    this.input = new LayerLabels(layer.name, 'the second input');
    this.target = new LayerLabels(layer.name, 'the target');
  }

  /** Whose they are, for messages. */
  origin({ labels }: Capture): LabelOrigin {
    return labels === undefined ? this.target : this.input;
  }

  /** Readings whose target is the labels of a capture; with different targets if these conflict. */
  private claims(capture: Capture): Reading[] {
    // The targets of an evaluate inside a step are gone with it.
    const all = this.captures.readings(capture).filter(({ target }) => !target.isDisposed);
    const own = all.filter(({ reader }) => reader === this.layer);
    return own.length > 0 ? own : all.filter(({ reader }) => reader === undefined);
  }

  /** Whether anything has said what the labels of a capture are. */
  has(capture: Capture): boolean {
    return capture.labels !== undefined || this.claims(capture).length > 0;
  }

  /** Whether it is known to be of a pass that trains. */
  areMeant(capture: Capture): boolean {
    return this.has(capture) && (capture.training || this.claims(capture).length > 0);
  }

  /** @throws Error if nothing gives labels, or outputs of the model give different ones. */
  of(capture: Capture): Tensor {
    if (capture.labels !== undefined) return capture.labels;
    const claims = this.claims(capture);
    const [claim] = claims;
    if (claim === undefined) {
      throw new Error(
        `Layer '${this.layer.name}' has no labels in this step. Give them as a second input, ` +
          `layer.apply([features, labels]), or compile the model with ` +
          `loss: withTargetLabels('categoricalCrossentropy') or metrics: [entanglement(layer)], ` +
          `whose target then holds the labels.`,
      );
    }
    const rivals = claims.filter(
      ({ target }, index) => claims.findIndex((other) => other.target === target) === index,
    );
    if (rivals.length > 1) {
      const names = outputNames(
        this.layer,
        rivals.map(({ output }) => output),
      );
      throw new Error(
        `Layer '${this.layer.name}' is given labels by ${rivals.length} outputs of the model, ${names}, ` +
          'each with its own target. Wrap only the loss of the output whose target holds the class ' +
          'labels, or attach the metric of the layer to it alone, metrics: {output: ' +
          'entanglement(layer)}, or give the layer a second input: layer.apply([features, labels]).',
      );
    }
    return claim.target;
  }
}
