import { describe, expect, test } from 'vitest';
import { MPIS, mpirun } from './mpirun';

/** What rank 1 of 3 does, and what the others then say, where they live to say it. */
const FAULTS: readonly [fault: string, message: RegExp | undefined][] = [
  ['kill', undefined],
  ['throw', /bad labels on this rank/],
  ['reject', /rejected on this rank/],
  ['exit', /rank 1 makes close, call \d+/],
  ['fewer', /rank 1 makes close, call \d+/],
  [
    'size',
    /ranks 0, 2 make allReduce of 100000 float32 \(sum\), call (\d+); rank 1 makes allReduce of 100007 float32 \(sum\), call \1/,
  ],
  ['kind', /rank 1 makes broadcast of 100000 float32 from rank 0, call \d+/],
  [
    'hang',
    /rank [02] of 3, in allReduce of 100000 float32 \(sum\), call \d+: the other ranks did not come within 2 s/,
  ],
];

describe.each(MPIS)('%s ends a job', (mpi) => {
  test.each(FAULTS)('in which a rank does this: %s', async (fault, message) => {
    const limit = fault === 'hang' ? 2 : 60;
    const { code, output, seconds, orphans } = await mpirun(mpi, 3, 'faults', [fault, `${limit}`]);
    expect(output).toMatch(/is at work/);
    expect(code, output).not.toBe(0);
    if (message !== undefined) expect(output).toMatch(message);
    // 1 to 5 on a quiet machine.
    expect(seconds).toBeLessThan(20);
    expect(orphans).toEqual([]);
  });

  test('whose launcher is killed', async () => {
    const { output, orphans } = await mpirun(mpi, 3, 'faults', ['none', '60'], (pid) =>
      process.kill(pid, 'SIGKILL'),
    );
    expect(output).toMatch(/is at work/);
    expect(orphans).toEqual([]);
  });

  test('whose launcher gets SIGTERM while ranks that listen to it wait', async () => {
    const { code, output, seconds, orphans } = await mpirun(
      ...([
        mpi,
        3,
        'faults',
        ['term', '60'],
        (pid: number) => process.kill(pid, 'SIGTERM'),
      ] as const),
    );
    expect(output).toMatch(/is at work/);
    expect(code, output).not.toBe(0);
    expect(seconds).toBeLessThan(20);
    expect(orphans).toEqual([]);
  });
});
