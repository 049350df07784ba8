import { expect, test } from 'vitest';
import { mpirun } from './mpirun';

test.each([
  ['openmpi', 3, 'cpu'],
  ['openmpi', 4, 'wasm'],
  ['mpich', 2, 'wasm'],
] as const)('training under %s on %i ranks, %s, is that of one process', async (...run) => {
  const [mpi, ranks, backend] = run;
  const { code, output } = await mpirun(mpi, ranks, 'train', [backend]);
  expect(output.match(/rank \d is as one process/g), output).toHaveLength(2 * ranks);
  expect(code, output).toBe(0);
});

test.each(['openmpi', 'mpich'] as const)('ranks under %s keep together', async (mpi) => {
  const { output } = await mpirun(mpi, 2, 'habits');
  expect(output.match(/rank \d has habits/g), output).toHaveLength(2);
});
