import { train } from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { softNearestNeighbor, withTargetLabels } from 'snnl-layer';

const dense = (units: number, activation: 'relu' | 'softmax', seed: number) => ({
  units,
  activation,
  kernelInitializer: initializers.glorotUniform({ seed }),
});

/** A classifier of digits that is asked to keep classes apart in both hidden layers. */
export function classifier(seed: number): LayersModel {
  const model = sequential({ name: 'digits' });
  model.add(layers.dense({ ...dense(256, 'relu', seed), inputShape: [784] }));
  model.add(softNearestNeighbor({ name: 'first', factor: 0.1 }));
  model.add(layers.dense(dense(128, 'relu', seed + 1)));
  model.add(softNearestNeighbor({ name: 'second', factor: 0.1 }));
  model.add(layers.dense(dense(10, 'softmax', seed + 2)));
  model.compile({
    optimizer: train.adam(0.001),
    loss: withTargetLabels('categoricalCrossentropy'),
    metrics: ['accuracy'],
  });
  return model;
}
