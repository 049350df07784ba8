import type { EpochRecord, RunResult } from '../results';
import type { ReportData } from './report-data';

function epochs(count: number, withLoss: boolean): EpochRecord[] {
  return Array.from({ length: count + 1 }, (_, epoch) => ({
    epoch,
    seconds: 2 * epoch,
    temperature: withLoss && epoch > 0 ? 1 / epoch ** 0.55 : null,
    trainReconstruction: epoch === 0 ? null : 0.3 / epoch,
    snnl: withLoss && epoch > 0 ? 2 / epoch : null,
    reconstruction: epoch === 0 ? 0.7 : 0.3 / epoch,
    entanglement: { hidden1: 0.9 - 0.1 * epoch, code: 0.8 - 0.2 * epoch },
  }));
}

function result(clusteringAccuracy: number): RunResult {
  return {
    measures: {
      neighborAccuracy: 0.9,
      clusteringAccuracy,
      mutualInformation: 0.5,
      reconstruction: 0.15,
      entanglement: { hidden1: 0.4, code: 0.2 },
    },
    picture: {
      points: Array.from({ length: 40 }, (_, i) => [Math.cos(i) * 9, Math.sin(2 * i)] as const),
      labels: Array.from({ length: 40 }, (_, i) => i % 10),
    },
    stopped: false,
    trainingSeconds: 65,
    measuringSeconds: 8,
  };
}

/** A small report for tests. */
export const REPORT: ReportData = {
  settings: {
    source: {
      title: 'Letters & <signs>',
      classes: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', '<j>'],
      trainImages: '',
      trainLabels: '',
      testImages: '',
      testLabels: '',
    },
    backend: 'wasm',
    trainSize: 1000,
    testSize: 500,
    hidden: [30, 20],
    code: 10,
    epochs: 3,
    batchSize: 50,
    learningRate: 0.001,
    factor: 0.1,
    gamma: 0.55,
    seed: 42,
  },
  probeSize: 400,
  records: {
    without: { epochs: epochs(3, false), result: result(0.62) },
    with: { epochs: epochs(3, true), result: result(0.953) },
  },
  interrupted: false,
  seconds: 85,
  sideBySide: true,
};
