import { describe, expect, it } from 'vitest';
import { record } from '../testing/logs';
import { consoleTable, sparkline } from './console-table';

function tables(ratios: number[], options = {}): string[] {
  const printed: string[] = [];
  const writer = consoleTable({ print: (table) => printed.push(table), ...options });
  ratios.forEach((ratio, epoch) => {
    const logs = { loss: 0.25, temperature: 1e-4, entanglement_hidden_loss: 1 };
    writer.write(record(epoch, logs, ratio));
  });
  return printed;
}

describe('consoleTable', () => {
  it('prints aligned numbers and the history of each layer', () => {
    expect(tables([0.9, 0.6, 0.3]).at(-1)).toBe(
      [
        'epoch 3  loss 0.250  temperature 1.0e-4',
        '  layer   loss (nats)  chance  ratio  latest ratios',
        '  hidden        0.600   2.000  0.300  █▄▁            0.300 to 0.900',
      ].join('\n'),
    );
  });

  it('shows as much history as asked', () => {
    expect(tables([5, 0.3, 0.2, 0.1], { history: 2 }).at(-1)).toContain(
      '█▁             0.100 to 0.200',
    );
  });

  it('survives values that are not finite', () => {
    expect(tables([0.5, Number.NaN]).at(-1)).toContain('NaN');
  });

  it('starts over with a new training', () => {
    const printed: string[] = [];
    const writer = consoleTable({ print: (table) => printed.push(table) });
    writer.write(record(0, {}, 0.9));
    writer.open?.();
    writer.write(record(0, {}, 0.1));
    expect(printed[1]).toContain('0.100 to 0.100');
  });
});

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
