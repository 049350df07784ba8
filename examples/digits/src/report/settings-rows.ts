import { duration } from '../console/duration';
import { MEASURING_TEMPERATURE, RESTARTS, RUN_TITLES, RUNS } from '../settings';
import type { ReportData } from './report-data';
import { count, testImages } from './test-images';

/** What a reader needs to know, or to do the same again. */
export function settingsRows(data: ReportData): [name: string, value: string][] {
  const { settings, probeSize, records, seconds, sideBySide } = data;
  const { source, hidden, code, gamma, epochs } = settings;
  const classes = source.classes.length;
  const coldest = 1 / epochs ** gamma;
  const times = RUNS.flatMap((run): [string, string][] => {
    const { result } = records[run];
    if (result === undefined) return [];
    const { trainingSeconds, measuringSeconds } = result;
    return [
      [
        `time ${RUN_TITLES[run]}`,
        `${duration(trainingSeconds)} training, ${duration(measuringSeconds)} measuring`,
      ],
    ];
  });
  return [
    ['data', source.title],
    ...(source.note === undefined ? [] : [['about this copy', source.note] as [string, string]]),
    [
      'images',
      `${count(settings.trainSize)} to train on (the first ${count(settings.trainSize / classes)} of each ` +
        `class), ${count(settings.testSize)} other ones to measure on`,
    ],
    [
      'network',
      `dense autoencoder: pixels, ${[...hidden, code, ...[...hidden].reverse()].join(', ')}, pixels; ` +
        'relu, a linear code, sigmoid pixels; the same initial weights in both runs',
    ],
    ['objective', 'binary cross-entropy of the pixels, and in the second run SNNL besides'],
    [
      'SNNL',
      `at each hidden layer of the encoder and at the code, factor ${settings.factor} each, squared ` +
        `Euclidean distance, temperature 1 / (1 + epoch)^${gamma}: from 1 to ${coldest.toFixed(2)}`,
    ],
    [
      'training',
      `${epochs} epochs in batches of ${settings.batchSize} (${settings.batchSize / classes} of each class), ` +
        `Adam at ${settings.learningRate}`,
    ],
    [
      'measuring',
      `k-means: the best of ${RESTARTS} starts; entanglement: cosine distance at temperature ` +
        `${MEASURING_TEMPERATURE}, on ${testImages(probeSize, settings.testSize)}, ${count(probeSize / classes)} of each class`,
    ],
    ['seed', String(settings.seed)],
    ['backend', `${settings.backend}, TensorFlow.js in Node ${process.versions.node}`],
    ...times,
    [
      'training and measuring',
      `${duration(seconds)}${sideBySide ? '; both runs went side by side' : ''}`,
    ],
  ];
}
