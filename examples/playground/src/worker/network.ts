import type { Optimizer } from '@tensorflow/tfjs-core';
import {
  initializers,
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { type SoftNearestNeighbor, softNearestNeighbor, withTargetLabels } from 'snnl-layer';
import { CLASSES, PIXELS } from '../data/format';
import type { Settings } from '../settings';

/** Units of the layers that the loss looks at; two of the last, so that it can be drawn. */
const HIDDEN = [
  ['hidden1', 128],
  ['hidden2', 64],
] as const;
const CODE = ['code', 2] as const;

/** One model for training and one to look inside, on the same weights. */
export interface Network {
  /** From images to class probabilities, compiled. */
  readonly trained: LayersModel;
  /** From images to `[code, class probabilities]`. */
  readonly inspected: LayersModel;
  readonly measured: readonly SoftNearestNeighbor[];
}

type Dense = ReturnType<typeof layers.dense>;

function dense(name: string, units: number, activation: 'relu' | 'linear' | 'softmax'): Dense {
  // A seed of its own for each width: the same start every time.
  const seed = units;
  const kernelInitializer =
    activation === 'relu' ? initializers.heNormal({ seed }) : initializers.glorotUniform({ seed });
  return layers.dense({ name, units, activation, kernelInitializer });
}

/**
 * A classifier of digits: two relu layers, a linear code of two units, softmax. The soft nearest
 * neighbour loss stands behind each layer but the last.
 *
 * @returns Makes the models for given settings; the weights and the optimizer go on from model to
 *   model, so that settings can change while it trains.
 */
export function classifier(optimizer: Optimizer): (settings: Settings) => Network {
  const hidden = HIDDEN.map(([name, units]) => dense(`dense_${name}`, units, 'relu'));
  const encoder = [...hidden, dense('dense_code', CODE[1], 'linear')];
  const names = [...HIDDEN.map(([name]) => name), CODE[0]];
  const head = dense('class', CLASSES, 'softmax');

  return ({ factor, distance, temperature }) => {
    const measured = names.map((name) =>
      softNearestNeighbor({ name, factor, distance, temperature }),
    );
    const image = input({ shape: [PIXELS] });
    let code = image;
    for (const [index, layer] of encoder.entries()) {
      const features = layer.apply(code) as SymbolicTensor;
      code = (measured[index]?.apply(features) ?? features) as SymbolicTensor;
    }
    const probabilities = head.apply(code) as SymbolicTensor;
    const trained = model({ inputs: image, outputs: probabilities });
    trained.compile({ optimizer, loss: withTargetLabels('categoricalCrossentropy') });
    return {
      trained,
      inspected: model({ inputs: image, outputs: [code, probabilities] }),
      measured,
    };
  };
}
