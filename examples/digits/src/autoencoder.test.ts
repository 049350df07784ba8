import { setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, it } from 'vitest';
import { autoencoder } from './autoencoder';

beforeAll(async () => {
  await setBackend('wasm');
});

const options = { inputSize: 6, hidden: [5, 4], code: 2, seed: 3 };
const weights = (made: ReturnType<typeof autoencoder>): number[][] =>
  made.trainable.getWeights().map((weight) => [...weight.dataSync()]);

it('starts from the same weights with and without the loss, and from others with another seed', () => {
  const plain = autoencoder({ ...options, factor: null });
  const withLoss = autoencoder({ ...options, factor: 1 });
  expect(weights(withLoss)).toEqual(weights(plain));
  expect(weights(autoencoder({ ...options, seed: 4, factor: null }))).not.toEqual(weights(plain));
});

it('charges every encoder layer, and is inspected without labels', () => {
  const { trainable, inspected, layerNames, snnlLayers } = autoencoder({ ...options, factor: 0.5 });
  expect(layerNames).toEqual(['hidden1', 'hidden2', 'code']);
  expect(snnlLayers.map((layer) => [layer.name, layer.factor])).toEqual([
    ['hidden1_snnl', 0.5],
    ['hidden2_snnl', 0.5],
    ['code_snnl', 0.5],
  ]);
  expect(trainable.inputNames).toEqual(['image', 'label']);
  const outputs = inspected.predict(tensor2d([[0, 0.2, 0.4, 0.6, 0.8, 1]])) as Tensor[];
  expect(outputs.map((output) => output.shape)).toEqual([
    [1, 6],
    [1, 5],
    [1, 4],
    [1, 2],
  ]);
});
