import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { record, temporaryFolder } from '../testing/logs';
import { csv, jsonl } from './line-files';

afterEach(() => vi.restoreAllMocks());

const path = () => join(temporaryFolder(), 'run', 'log.csv');
const TIME = '2024-01-01T00:00:00.000Z';

describe('csv', () => {
  it('writes a header and a row for each record', async () => {
    const file = path();
    const writer = csv(file);
    await writer.open?.();
    await writer.write(record(0, { loss: 0.5, entanglement_hidden_ratio: 0.25 }));
    await writer.write(record(1, { loss: Number.NaN, entanglement_hidden_ratio: 1e-7 }));
    expect(readFileSync(file, 'utf8')).toBe(
      'time,epoch,step,loss,entanglement_hidden_ratio\n' +
        `${TIME},0,0,0.5,0.25\n${TIME},1,1,NaN,1e-7\n`,
    );
  });

  it('quotes keys by RFC 4180, and knows them again', async () => {
    const file = path();
    const logs = { 'a,"b"': 1, c: 2 };
    const writer = csv(file);
    await writer.open?.();
    await writer.write(record(0, logs));
    const next = csv(file, { append: true });
    await next.open?.();
    await next.write(record(1, { c: 4, 'a,"b"': 3 }));
    expect(readFileSync(file, 'utf8')).toBe(
      `time,epoch,step,"a,""b""",c\n${TIME},0,0,1,2\n${TIME},1,1,3,4\n`,
    );
  });

  it('writes a line break in a key as \\n, and knows the key again', async () => {
    const file = path();
    for (const [append, first] of [
      [false, 0],
      [true, 2],
    ] as const) {
      const writer = csv(file, { append });
      // Two trainings of one writer, then one of another that appends.
      for (const step of append ? [first] : [first, first + 1]) {
        await writer.open?.();
        await writer.write(record(step, { 'a\nb': step + 10, 'c\r\nd': 1, e: step + 20 }));
      }
    }
    expect(readFileSync(file, 'utf8')).toBe(
      `time,epoch,step,a\\nb,c\\r\\nd,e\n${TIME},0,0,10,1,20\n${TIME},1,1,11,1,21\n` +
        `${TIME},2,2,12,1,22\n`,
    );
  });

  it('keeps its own columns where the logs have values of these names', async () => {
    const file = path();
    const writer = csv(file);
    await writer.open?.();
    await writer.write(record(4, { time: 7, epoch: 8, step: 9, loss: 0.5 }));
    expect(readFileSync(file, 'utf8')).toBe(
      `time,epoch,step,logs.time,logs.epoch,logs.step,loss\n${TIME},4,4,7,8,9,0.5\n`,
    );
  });

  it('keeps to its columns, and says once what it leaves out', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const file = path();
    const writer = csv(file);
    await writer.open?.();
    await writer.write(record(0, { a: 1 }));
    await writer.write(record(1, { b: 2 }));
    await writer.write(record(2, { b: 2, a: 3 }));
    expect(readFileSync(file, 'utf8')).toBe(
      `time,epoch,step,a\n${TIME},0,0,1\n${TIME},1,1,\n${TIME},2,2,3\n`,
    );
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain("has no column for 'b'");
  });

  it('overwrites an earlier run, but not the first training of its own', async () => {
    const file = path();
    for (const value of [1, 2]) {
      const writer = csv(file);
      await writer.open?.();
      await writer.write(record(0, { a: value }));
      await writer.open?.();
      await writer.write(record(1, { a: value }));
    }
    expect(readFileSync(file, 'utf8')).toBe(`time,epoch,step,a\n${TIME},0,0,2\n${TIME},1,1,2\n`);
  });

  it('removes an incomplete last line before it continues a file', async () => {
    const file = path();
    const writer = csv(file);
    await writer.open?.();
    await writer.write(record(0, { a: 1 }));
    appendFileSync(file, '2024-01-01T00:0');
    const next = csv(file, { append: true });
    await next.open?.();
    await next.write(record(1, { a: 2 }));
    expect(readFileSync(file, 'utf8')).toBe(`time,epoch,step,a\n${TIME},0,0,1\n${TIME},1,1,2\n`);
  });
});

describe('jsonl', () => {
  it('writes an object for each record, null where JSON has no number', async () => {
    const file = join(temporaryFolder(), 'log.jsonl');
    const writer = jsonl(file);
    await writer.open?.();
    await writer.write(record(0, { loss: 0.5 }));
    await writer.write(record(1, { loss: Number.NaN }));
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { time: TIME, epoch: 0, step: 0, loss: 0.5 },
      { time: TIME, epoch: 1, step: 1, loss: null },
    ]);
  });

  it('keeps its own fields where the logs have values of these names', async () => {
    const file = join(temporaryFolder(), 'log.jsonl');
    const writer = jsonl(file);
    await writer.open?.();
    await writer.write(record(4, { step: 9, time: 7 }));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      ...{ time: TIME, epoch: 4, step: 4 },
      ...{ 'logs.step': 9, 'logs.time': 7 },
    });
  });
});
