import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readLabelledImages } from './labelled-images';
import { datasetSource, directorySource } from './sources';

const directory = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('finds the real MNIST: 60,000 and 10,000 images of 28 x 28', () => {
  const { trainImages, trainLabels, testImages, testLabels } = datasetSource('mnist');
  const train = readLabelledImages(trainImages, trainLabels, 10);
  const test = readLabelledImages(testImages, testLabels, 10);
  expect([train.count, train.rows, train.columns]).toEqual([60_000, 28, 28]);
  expect([test.count, test.rows, test.columns]).toEqual([10_000, 28, 28]);
  // Known first labels of the published files.
  expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  expect([...test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
});

it('finds gzipped files and the spelling with a dot', () => {
  const names = [
    'train-images-idx3-ubyte.gz',
    'train-labels.idx1-ubyte',
    't10k-images.idx3-ubyte.gz',
    't10k-labels-idx1-ubyte',
  ];
  for (const name of names) writeFileSync(join(directory, name), '');
  const { trainImages, trainLabels, testImages, testLabels } = directorySource(directory);
  expect([trainImages, trainLabels, testImages, testLabels]).toEqual(
    names.map((name) => join(directory, name)),
  );
});

it('says what is missing', () => {
  const empty = join(directory, 'empty');
  mkdirSync(empty);
  expect(() => directorySource(empty)).toThrow(
    /empty has none of the files train-images-idx3-ubyte, train-images-idx3-ubyte\.gz/,
  );
  expect(() => directorySource('/no/such/folder')).toThrow(
    /--data-dir \/no\/such\/folder does not exist/,
  );
});
