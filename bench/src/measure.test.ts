import { expect, test } from 'vitest';
import { interleaved, median, sampler } from './measure';

test('the median is the middle, or the mean of the two in the middle', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 2, 30])).toBe(3);
  expect(median([])).toBeNaN();
});

test('contenders alternate after two warm-up runs each, and rounds start in turn', async () => {
  const calls: string[] = [];
  const record = (name: string) => async () => {
    calls.push(name);
    return 100;
  };
  await interleaved(
    new Map([
      ['a', record('a')],
      ['b', record('b')],
    ]),
    3,
  );
  expect(calls.join('')).toBe('aabb' + 'ab' + 'ba' + 'ab');
});

test('the median and the best of the timed runs are reported, warm-up left out', async () => {
  const times = [1000, 900, 30, 50, 40];
  const medians = await interleaved(new Map([['only', async () => times.shift() ?? 0]]), 3);
  expect(medians).toEqual(new Map([['only', { median: 40, best: 30, samples: [30, 50, 40] }]]));
});

test('short runs are repeated inside a sample', async () => {
  const iterations: number[] = [];
  const sample = async (count: number) => {
    iterations.push(count);
    return 0.5;
  };
  await interleaved(new Map([['quick', sample]]), 1);
  expect(iterations).toEqual([1, 1, 200, 200]);
});

test('a sampler waits for each run and reports the time of one', async () => {
  let finished = 0;
  const run = async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    finished++;
  };
  const ms = await sampler(run)(3);
  // One more that is not timed.
  expect(finished).toBe(4);
  expect(ms).toBeGreaterThan(9);
  await sampler(run)(1);
  expect(finished).toBe(5);
});
