import { expect, test } from 'vitest';
import { CLASSES, makeBatch } from './batch';

test('the same arguments give the same batch, another seed another one', () => {
  expect(makeBatch(32, 4)).toEqual(makeBatch(32, 4));
  expect(makeBatch(32, 4, 2).features).not.toEqual(makeBatch(32, 4).features);
});

test('every class comes up equally often', () => {
  const { labels } = makeBatch(4 * CLASSES, 3);
  for (let label = 0; label < CLASSES; label++) {
    expect(labels.filter((other) => other === label)).toHaveLength(4);
  }
});

test.each([8, 64, 512])('squared distances are about 2 in %i dimensions', (d) => {
  const { n, features } = makeBatch(200, d);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      // Neighbours in the order of the batch belong to different classes.
      const other = features[((i + 1) % n) * d + k] ?? 0;
      total += ((features[i * d + k] ?? 0) - other) ** 2;
    }
  }
  expect(total / n).toBeGreaterThan(1);
  expect(total / n).toBeLessThan(3);
});
