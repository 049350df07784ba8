import { expect, it } from 'vitest';
import { CLASSES, HELD_OUT, TRAINING, unpack } from '../src/data/format';
import { BATCH } from '../src/settings';
import { chooseDigits, inTurn } from './choose-digits';

it('takes the first images of each class, one of each in turn', () => {
  const labels = Uint8Array.from([9, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
  expect(inTurn(labels, 11)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 0, 11]);
  expect(() => inTurn(labels, 13)).toThrow('Class 2 has too few images.');
});

it('makes a file of balanced batches, the same each time', () => {
  const bytes = chooseDigits();
  const { training, heldOut } = unpack(bytes);
  for (const { labels } of [training, heldOut]) {
    for (let start = 0; start < labels.length; start += BATCH) {
      for (let label = 0; label < CLASSES; label++) {
        const count = labels.subarray(start, start + BATCH).filter((one) => one === label).length;
        expect(count).toBe(BATCH / CLASSES);
      }
    }
  }
  expect([training.labels.length, heldOut.labels.length]).toEqual([TRAINING, HELD_OUT]);
  expect(Buffer.compare(chooseDigits(), bytes)).toBe(0);
  expect(() => unpack(bytes.subarray(1))).toThrow(/Expected \d+ bytes of digits/);
});
