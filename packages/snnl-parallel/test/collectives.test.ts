import { expect, test } from 'vitest';
import { mpirun } from './mpirun';

test.each([
  ['openmpi', 3, 'close'],
  ['openmpi', 8, ''],
  ['mpich', 1, 'close'],
  ['mpich', 2, ''],
  ['mpich', 4, 'close'],
] as const)('one binary does every operation under %s on %i ranks', async (mpi, ranks, end) => {
  const { code, output, orphans } = await mpirun(mpi, ranks, 'collectives', [`${ranks}`, mpi, end]);
  expect(output.match(/rank \d is done/g)?.sort(), output).toEqual(
    Array.from({ length: ranks }, (_, rank) => `rank ${rank} is done`),
  );
  expect(code, output).toBe(0);
  expect(orphans).toEqual([]);
});
