import '@tensorflow/tfjs-backend-cpu';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { argMax } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { convertFashionJson } from './fashion-mnist';
import { encodeIdx, parseIdx, readIdx } from './idx';
import { balancedSubset, type LabelledImages, readLabelledImages, select } from './images';
import { datasetSource, directorySource, readImages } from './sources';
import { digits } from './tensors';

const folder = mkdtempSync(join(tmpdir(), 'datasets-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Two images of 1 x 3 pixels, written out by hand.
const images = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  3,
  10,
  20,
  30,
  40,
  50,
  60,
);

describe('parseIdx', () => {
  it('reads sizes and elements', () => {
    expect(parseIdx(images, 'images', 3)).toEqual({
      shape: [2, 1, 3],
      data: Uint8Array.of(10, 20, 30, 40, 50, 60),
    });
  });

  it('reads gzipped bytes', () => {
    const { shape, data } = parseIdx(gzipSync(images), 'images.gz', 3);
    expect([shape, [...data]]).toEqual([
      [2, 1, 3],
      [10, 20, 30, 40, 50, 60],
    ]);
  });

  it('reads what encodeIdx writes', () => {
    const labels = { shape: [3], data: Uint8Array.of(7, 0, 9) };
    expect(parseIdx(encodeIdx(labels), 'labels', 1)).toEqual(labels);
  });

  it.each([
    ['nothing', new Uint8Array(0), /begin with the bytes 00000803, but got only 0 bytes/],
    ['labels for images', encodeIdx({ shape: [1], data: Uint8Array.of(1) }), /but got 00000801/],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0), /but got 89504e47/],
    ['a cut header', images.subarray(0, 10), /ends inside its header: expected 16 bytes/],
    ['a cut body', images.subarray(0, 21), /2 x 1 x 3 bytes of data \(6\), but has 5.*cut short/],
    ['bytes too many', Uint8Array.of(...images, 1), /\(6\), but has 7/],
    [
      'a cut gzip file',
      gzipSync(images).subarray(0, 20),
      /cannot be unpacked \(.+\): fetch it again/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'file', 3)).toThrow(message);
  });
});

it('readIdx names a file that is not there', () => {
  expect(() => readIdx('/nowhere/train-images', 3)).toThrow(
    /Cannot read \/nowhere\/train-images: ENOENT/,
  );
});

function files(labels: number[]): [string, string] {
  const paths: [string, string] = [join(folder, 'images'), join(folder, 'labels')];
  writeFileSync(paths[0], encodeIdx({ shape: [2, 1, 2], data: Uint8Array.of(1, 2, 3, 4) }));
  writeFileSync(paths[1], encodeIdx({ shape: [labels.length], data: Uint8Array.from(labels) }));
  return paths;
}

it('reads images with their labels', () => {
  expect(readLabelledImages(...files([9, 0]), 10)).toEqual({
    count: 2,
    rows: 1,
    columns: 2,
    pixels: Uint8Array.of(1, 2, 3, 4),
    labels: Uint8Array.of(9, 0),
  });
});

it('refuses files that do not belong together', () => {
  expect(() => readLabelledImages(...files([1, 2, 3]), 10)).toThrow(
    /images holds 2 images, but .*labels holds 3 labels/,
  );
});

it('refuses a label out of range', () => {
  expect(() => readLabelledImages(...files([3, 10]), 10)).toThrow(
    /has label 10 at position 1: expected 0 to 9/,
  );
});

it('selects images in the order asked for', () => {
  const picked = select(readLabelledImages(...files([9, 0]), 10), [1, 0, 1]);
  expect([...picked.pixels]).toEqual([3, 4, 1, 2, 3, 4]);
  expect([...picked.labels]).toEqual([0, 9, 0]);
  expect(picked.count).toBe(3);
});

const mixed = Uint8Array.of(2, 0, 0, 1, 0, 2, 1, 1, 2);

it('takes the first images of each class in file order', () => {
  expect(balancedSubset(mixed, 6, 3)).toEqual([0, 1, 2, 3, 5, 6]);
});

it('gives the remainder to the first classes', () => {
  expect(balancedSubset(mixed, 4, 3)).toEqual([0, 1, 2, 3]);
});

it('says which class is too small', () => {
  expect(() => balancedSubset(mixed, 12, 3)).toThrow(/need 4 of class 0, but there are only 3/);
});

it('splits the classes of the JSON files and leaves empty rows out', () => {
  const json = join(folder, 'json');
  mkdirSync(json);
  // 1,002 images a class: 2 to train on, 1,000 to test with. Pixel = 10 * class + part of the index.
  for (let label = 0; label < 10; label += 1) {
    const data: number[][] = Array.from({ length: 1002 }, (_, index) =>
      new Array<number>(784).fill(10 * label + Math.min(index, 9)),
    );
    if (label === 0) data.splice(1, 0, []);
    writeFileSync(join(json, `${label}.json`), JSON.stringify({ data }));
  }
  const directory = join(folder, 'fashion');
  convertFashionJson(json, directory);
  const read = (split: string) =>
    readLabelledImages(
      join(directory, `${split}-images-idx3-ubyte`),
      join(directory, `${split}-labels-idx1-ubyte`),
      10,
    );
  const [train, test] = [read('train'), read('t10k')];
  expect([train.count, test.count]).toEqual([20, 10_000]);
  expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const firstPixels = Array.from(train.labels, (_, i) => train.pixels[784 * i]);
  expect(firstPixels.slice(9, 12)).toEqual([90, 1, 11]);
  expect(test.pixels[0]).toBe(2);
});

it('finds the real MNIST: 60,000 and 10,000 images of 28 x 28', () => {
  const [train, test] = (['train', 'test'] as const).map((split) =>
    readImages(datasetSource('mnist'), split),
  ) as [LabelledImages, LabelledImages];
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
  for (const name of names) writeFileSync(join(folder, name), '');
  const { trainImages, trainLabels, testImages, testLabels } = directorySource(folder);
  expect([trainImages, trainLabels, testImages, testLabels]).toEqual(
    names.map((name) => join(folder, name)),
  );
});

it('says what is missing', () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  expect(() => directorySource(empty)).toThrow(
    /empty has none of the files train-images-idx3-ubyte, train-images-idx3-ubyte\.gz/,
  );
  expect(() => directorySource('/no/such/folder')).toThrow(
    /--data-dir \/no\/such\/folder does not exist/,
  );
});
it('gives digits as tensors', async () => {
  const { x, y, labels, ids } = digits('test', 1, 2);
  expect(ids).toEqual([2, 1]);
  expect([...labels.dataSync()]).toEqual(ids);
  expect(x.shape).toEqual([2, 784]);
  expect(Math.max(...x.dataSync())).toBe(1);
  expect([...argMax(y, 1).dataSync()]).toEqual(ids);
});
