import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { record } from '../testing/records';
import { temporaryFolder } from '../testing/temporary-folder';
import { jsonl } from './jsonl';

describe('jsonl', () => {
  it('writes an object for each record, null where JSON has no number', async () => {
    const file = join(temporaryFolder(), 'log.jsonl');
    const writer = jsonl(file);
    await writer.open?.();
    await writer.write(record(0, { loss: 0.5 }));
    await writer.write(record(1, { loss: Number.NaN }));
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    const time = '2024-01-01T00:00:00.000Z';
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { time, epoch: 0, step: 0, loss: 0.5 },
      { time, epoch: 1, step: 1, loss: null },
    ]);
  });

  it('keeps its own fields where the logs have values of these names', async () => {
    const file = join(temporaryFolder(), 'log.jsonl');
    const writer = jsonl(file);
    await writer.open?.();
    await writer.write(record(4, { step: 9, time: 7 }));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      ...{ time: '2024-01-01T00:00:00.000Z', epoch: 4, step: 4 },
      ...{ 'logs.step': 9, 'logs.time': 7 },
    });
  });
});
