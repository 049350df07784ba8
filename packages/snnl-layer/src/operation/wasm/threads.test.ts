import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { backward } from './backward';
import { compileKernels } from './builds';
import { crossForward, forward } from './forward';
import { Runtime, releaseCpuKernels, withRuntime } from './runtime';
import { randomProblem, withSums } from './testing';
import { cpuKernelThreads, setCpuKernelThreads } from './threads';

const problem = randomProblem({ n: 700, d: 70, classes: 7, temperature: 8, seed: 1 });
/** The same, but anchors are only some of the candidates. */
const part = {
  ...problem,
  n: 500,
  anchors: problem.candidates.subarray(100 * 70, 600 * 70),
  anchorLabels: problem.candidateLabels.subarray(100, 600),
  selfOffset: 100,
};
/** The same, in two sets. */
const apart = {
  ...part,
  m: 100,
  candidates: problem.candidates.subarray(0, 100 * 70),
  candidateLabels: problem.candidateLabels.subarray(0, 100),
  selfOffset: -1,
  oneBatch: false,
};

afterEach(releaseCpuKernels);

describe('threads', () => {
  test('give the bits that one thread gives', () => {
    const run = (threads: number) => {
      setCpuKernelThreads(threads);
      return withRuntime((runtime) =>
        [problem, part, apart].flatMap((batch) => {
          const sums = forward(runtime, batch);
          const upstream = withSums({ ...batch, candidates: batch.anchors, m: batch.n }, sums, 2);
          const whole = { ...upstream, ...batch, candidateSums: new Float32Array(6 * batch.m) };
          return [sums, backward(runtime, whole), crossForward(runtime, apart)];
        }),
      );
    };
    const alone = run(1);
    for (const threads of [2, 3, 2]) expect(run(threads)).toEqual(alone);
  });

  test('share the work', () => {
    setCpuKernelThreads(3);
    const runtime = new Runtime(compileKernels());
    for (let call = 0; runtime.tasksHelped === 0; call++) {
      forward(runtime, problem);
      if (call > 10_000) throw new Error('No helper has joined in after 10,000 calls.');
    }
    expect(runtime.helperCount).toBe(2);
    runtime.stop();
  });

  test('do not keep the process alive', () => {
    const program = `
      import { forward } from './forward.ts';
      import { withRuntime } from './runtime.ts';
      import { randomProblem } from './testing.ts';
      import { setCpuKernelThreads } from './threads.ts';
      setCpuKernelThreads(2);
      const problem = randomProblem({ n: 700, d: 70, classes: 7, temperature: 8, seed: 1 });
      withRuntime((runtime) => {
        while (runtime.tasksHelped === 0) forward(runtime, problem);
        console.log('helped');
      });`;
    const { stdout, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', program],
      { cwd: fileURLToPath(new URL('.', import.meta.url)), encoding: 'utf8', timeout: 60_000 },
    );
    expect(stdout).toBe('helped\n');
    expect(status).toBe(0);
  });

  test('number must be a positive integer', () => {
    for (const threads of [0, -1, 1.5, Number.NaN]) {
      expect(() => setCpuKernelThreads(threads)).toThrow(/integer of at least 1, but got/);
    }
    setCpuKernelThreads(2);
    expect(cpuKernelThreads()).toBe(2);
  });
});

describe('memory', () => {
  test('is given back on request, and had again', () => {
    const runtimes = new Set<Runtime>();
    const run = () =>
      withRuntime((runtime) => {
        runtimes.add(runtime);
        return forward(runtime, problem);
      });
    const first = run();
    run();
    expect(runtimes.size).toBe(1);
    releaseCpuKernels();
    expect(run()).toEqual(first);
    expect(runtimes.size).toBe(2);
  });

  test('that cannot be had is asked for in words', () => {
    const runtime = new Runtime(compileKernels());
    expect(() => runtime.reserve(2 ** 33)).toThrow(/need 8192 MiB.*Use fewer anchors/);
  });
});
