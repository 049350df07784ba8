import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { convertFashionJson } from './fashion-mnist';
import { readLabelledImages } from './labelled-images';

const directory = mkdtempSync(join(tmpdir(), 'fashion-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('splits the classes of the JSON files and leaves empty rows out', () => {
  const json = join(directory, 'json');
  mkdirSync(json);
  // 1,002 images a class: 2 to train on, 1,000 to test with. Pixel = 10 * class + part of the index.
  for (let label = 0; label < 10; label += 1) {
    const data: number[][] = Array.from({ length: 1002 }, (_, index) =>
      new Array<number>(784).fill(10 * label + Math.min(index, 9)),
    );
    if (label === 0) data.splice(1, 0, []);
    writeFileSync(join(json, `${label}.json`), JSON.stringify({ data }));
  }
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
