import { describe, expect, it, vi } from 'vitest';
import { record } from '../testing/logs';
import { type LineChartRenderer, tfvisChart } from './tfvis-chart';

describe('tfvisChart', () => {
  it('draws a line for each layer that grows with the training', async () => {
    const linechart = vi.fn<LineChartRenderer['render']['linechart']>(async () => {});
    const surface = { name: 'here' };
    const writer = tfvisChart({ render: { linechart } }, surface);
    await writer.open?.();
    await writer.write(record(0, {}, 0.9));
    await writer.write(record(1, {}, 0.4));
    expect(linechart).toHaveBeenLastCalledWith(
      surface,
      {
        values: [
          [
            { x: 1, y: 0.9 },
            { x: 2, y: 0.4 },
          ],
        ],
        series: ['hidden'],
      },
      { xLabel: 'epoch', yLabel: 'entanglement relative to chance' },
    );
    await writer.open?.();
    await writer.write(record(0, {}, 0.8));
    expect(linechart.mock.lastCall?.[1].values).toEqual([[{ x: 1, y: 0.8 }]]);
  });
});
