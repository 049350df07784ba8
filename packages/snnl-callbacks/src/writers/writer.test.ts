import { afterEach, describe, expect, it, vi } from 'vitest';
import { record } from '../testing/logs';
import { GuardedWriter, type LogWriter } from './writer';

afterEach(() => vi.useRealTimers());

function guarded(inner: Partial<LogWriter>): { writer: GuardedWriter; warnings: string[] } {
  const warnings: string[] = [];
  const sink = { name: 'sink', write: () => {}, ...inner };
  const writer = new GuardedWriter(sink, 'writers[1]', (message) => {
    warnings.push(message);
  });
  return { writer, warnings };
}

describe('GuardedWriter', () => {
  it.each([
    ['sink', 'sink'],
    ['', 'writers[1]'],
    [undefined, 'writers[1]'],
  ])('of a writer named %j warns as %s', async (name, called) => {
    const { writer, warnings } = guarded({
      name: name as string,
      write: () => Promise.reject(new Error('full')),
    });
    await writer.write(record(0, {}));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.startsWith(`${called} stopped logging: full.`)).toBe(true);
  });

  it('passes records on', async () => {
    const write = vi.fn();
    const { writer, warnings } = guarded({ write });
    await writer.open();
    await writer.write(record(0, {}));
    await writer.close();
    expect(write).toHaveBeenCalledWith(record(0, {}));
    expect(warnings).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('warns once about a writer that %s, and leaves it alone', async (_, fail) => {
    const write = vi.fn(fail);
    const { writer, warnings } = guarded({ write });
    for (let i = 0; i < 3; i++) await writer.write(record(i, {}));
    expect(write).toHaveBeenCalledTimes(1);
    expect(warnings).toEqual([
      'sink stopped logging: disk full. Training goes on without it; what was written before stays.',
    ]);
  });

  it('does not write where opening failed', async () => {
    const write = vi.fn();
    const { writer, warnings } = guarded({ open: () => Promise.reject('no such place'), write });
    await writer.open();
    await writer.write(record(0, {}));
    expect(write).not.toHaveBeenCalled();
    expect(warnings[0]).toContain('no such place');
  });

  it('gives up a writer that does not answer', async () => {
    vi.useFakeTimers();
    const { writer, warnings } = guarded({ write: () => new Promise(() => {}) });
    const writing = writer.write(record(0, {}));
    await vi.advanceTimersByTimeAsync(10_000);
    await writing;
    expect(warnings[0]).toContain('no answer within 10 seconds');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tries again in the next training', async () => {
    let full = true;
    const write = vi.fn(() => {
      if (full) throw new Error('disk full');
    });
    const { writer } = guarded({ write });
    await writer.write(record(0, {}));
    full = false;
    await writer.open();
    await writer.write(record(1, {}));
    expect(write).toHaveBeenCalledTimes(2);
  });
});
