import { type LabelledImages, pixelRows } from '@snnl/datasets';
import { train as optimizers, tensor2d } from '@tensorflow/tfjs-core';
import { generator } from '@tensorflow/tfjs-data';
import type { CustomCallbackArgs, Logs } from '@tensorflow/tfjs-layers';
import { asCallbacks, inversePower, TemperatureAnnealing } from 'snnl-callbacks';
import { balancedBatches, entanglement } from 'snnl-layer';
import type { Autoencoder } from '../autoencoder';
import type { EpochRecord } from '../results';
import type { Settings } from '../settings';
import { encodeAndEntangle } from './inspect';

export interface TrainingStep {
  /** From 1. */
  readonly epoch: number;
  /** Share of all batches of all epochs that are done, 0 to 1. */
  readonly done: number;
  readonly seconds: number;
  /** Reconstruction loss, nats a pixel. */
  readonly reconstruction: number;
  /** Sum over layers, nats; null in the run without. */
  readonly snnl: number | null;
}

export interface TrainingHooks {
  onStep(step: TrainingStep): void;
  onEpoch(record: EpochRecord): void;
  /** Asked after each batch. */
  shouldStop(): boolean;
}

/** Batches of images and labels; the same sequence for the same seed. */
function batches(images: LabelledImages, { seed, batchSize, source }: Settings, labelled: boolean) {
  const classesPerBatch = source.classes.length;
  const samplesPerClass = batchSize / classesPerBatch;
  const order = balancedBatches(images.labels, { classesPerBatch, samplesPerClass, seed });
  const dataset = generator(function* () {
    for (const indices of order) {
      const image = pixelRows(images, indices);
      const ids = Array.from(indices, (index) => images.labels[index] as number);
      const xs = labelled ? { image, label: tensor2d(ids, [ids.length, 1], 'int32') } : { image };
      yield { xs, ys: image.clone() };
    }
  });
  return { dataset, batchesPerEpoch: order.batchesPerEpoch };
}

/**
 * Trains with `fitDataset`.
 *
 * @param probe Test images on which reconstruction and entanglement are followed.
 * @returns Whether training was stopped early.
 */
export async function train(
  model: Autoencoder,
  settings: Settings,
  images: LabelledImages,
  probe: LabelledImages,
  hooks: TrainingHooks,
): Promise<boolean> {
  const { trainable, snnlLayers } = model;
  const labelled = snnlLayers.length > 0;
  const metrics = snnlLayers.map((layer) => entanglement(layer));
  trainable.compile({
    optimizer: optimizers.adam(settings.learningRate),
    loss: 'binaryCrossentropy',
    metrics,
  });
  const { dataset, batchesPerEpoch } = batches(images, settings, labelled);
  const schedule = inversePower({ gamma: settings.gamma });
  const annealing = labelled ? [new TemperatureAnnealing({ schedule })] : [];
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;

  // `loss` is reconstruction + factor * sum of the layers' losses, which the metrics show.
  const split = (logs: Logs): Pick<TrainingStep, 'reconstruction' | 'snnl'> => {
    const snnl = metrics.reduce((sum, { name }) => sum + (logs[name] ?? 0), 0);
    const reconstruction = (logs.loss ?? 0) - settings.factor * snnl;
    return { reconstruction, snnl: labelled ? snnl : null };
  };
  const record = async (epoch: number, logs?: Logs): Promise<void> => {
    const seen = await encodeAndEntangle(model, probe);
    const trained = logs === undefined ? null : split(logs);
    hooks.onEpoch({
      epoch,
      seconds: seconds(),
      temperature: labelled && epoch > 0 ? schedule(epoch - 1) : null,
      trainReconstruction: trained?.reconstruction ?? null,
      snnl: trained?.snnl ?? null,
      reconstruction: seen.reconstruction,
      entanglement: seen.entanglement,
    });
  };

  await record(0);
  let stopped = false;
  let running = 0;
  const follow: CustomCallbackArgs = {
    onEpochBegin: async (epoch) => {
      running = epoch;
    },
    onBatchEnd: async (batch, logs = {}) => {
      const done = (running * batchesPerEpoch + batch + 1) / (settings.epochs * batchesPerEpoch);
      hooks.onStep({ epoch: running + 1, done, seconds: seconds(), ...split(logs) });
      // Lets messages of the parent process in.
      await new Promise((resolve) => setImmediate(resolve));
      if (hooks.shouldStop() && done < 1) {
        stopped = true;
        trainable.stopTraining = true;
      }
    },
    onEpochEnd: async (epoch, logs) => {
      if (!stopped) await record(epoch + 1, logs);
    },
  };
  await trainable.fitDataset(dataset, {
    epochs: settings.epochs,
    verbose: 0,
    callbacks: asCallbacks([...annealing, follow]),
  });
  trainable.optimizer.dispose();
  return stopped;
}
