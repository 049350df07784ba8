import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { encodeIdx } from './idx';
import { readLabelledImages, select } from './labelled-images';

const directory = mkdtempSync(join(tmpdir(), 'digits-'));
afterAll(() => rmSync(directory, { recursive: true }));

function files(labels: number[]): [string, string] {
  const paths: [string, string] = [join(directory, 'images'), join(directory, 'labels')];
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
