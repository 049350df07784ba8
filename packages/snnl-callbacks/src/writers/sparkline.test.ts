import { describe, expect, it } from 'vitest';
import { sparkline } from './sparkline';

describe('sparkline', () => {
  it.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[1, 0.5, 0], '█▅▁'],
    [[3, 3], '▅▅'],
    [[0, Number.NaN, 1], '▁ █'],
    [[], ''],
    [[Number.NaN], ' '],
  ])('draws %j as %s', (values, bars) => {
    expect(sparkline(values)).toBe(bars);
  });

  it('is flat where the values differ by less than asked', () => {
    expect(sparkline([0.851, 0.853], 0.01)).toBe('▅▅');
    expect(sparkline([0.84, 0.86], 0.01)).toBe('▁█');
  });
});
