/** Helper threads that fail, die or are slow while they hold a task. */
import { afterEach, expect, test, vi } from 'vitest';
import { backward } from './backward';
import { forward } from './forward';
import { Control } from './layout';
import { splitSides } from './problem';
import { releaseCpuKernels, withRuntime } from './runtime';
import { symmetricPairs, tournamentPair } from './tasks';
import { randomProblem, withSums } from './testing';
import { cpuKernelThreads, setCpuKernelThreads } from './threads';

const { fault, patience } = vi.hoisted(() => ({ fault: { program: '' }, patience: 1000 }));

/** `fault.program` stands before the helper's: it has `words`, and changes `kernels`. */
vi.mock('./modules.generated', async (original) => {
  const modules = await original<typeof import('./modules.generated')>();
  return {
    ...modules,
    get helperSource() {
      return `const Instance = WebAssembly.Instance;
        WebAssembly.Instance = function (module, imports) {
          const words = new Int32Array(imports.env.memory.buffer);
          const kernels = { ...new Instance(module, imports).exports };
          ${fault.program}
          return { exports: kernels };
        };
        ${modules.helperSource}`;
    },
  };
});
vi.mock('./tasks', async (original) => ({
  ...(await original<typeof import('./tasks')>()),
  PATIENCE_MS: patience,
}));

const problem = randomProblem({ n: 700, d: 70, classes: 7, temperature: 8, seed: 1 });
const run = () => withRuntime((runtime) => forward(runtime, problem).slice());
setCpuKernelThreads(1);
const alone = run();

/** Calls until a helper has done what `program` makes of it; threads join in when they are up. */
function callsUntil(program: string, happened: () => boolean, call = run): void {
  releaseCpuKernels();
  fault.program = program;
  setCpuKernelThreads(2);
  for (let calls = 0; !happened(); calls++) {
    expect(call()).toEqual(alone);
    if (calls > 20_000) throw new Error('No helper has joined in after 20,000 calls.');
  }
}

afterEach(() => {
  vi.restoreAllMocks();
  releaseCpuKernels();
});

const last = { i: 0, j: 0, turn: 0, turnOfJ: 0 };
const { blocks } = splitSides(problem).anchors;
tournamentPair(symmetricPairs(blocks) - 1, blocks, last);

test('one that fails in the last pair, for which nobody waits, is told with its message', () => {
  // It fails only when the caller's thread has found that no task is left.
  const program = `const merge = kernels.mergePair;
    kernels.mergePair = (job, i, columns, j, scratch) => {
      if (i !== ${last.i} || j !== ${last.j}) return merge(job, i, columns, j, scratch);
      while (Atomics.load(words, ${Control.open}) === 1);
      throw new Error('no bytes left ☂');
    };`;
  expect(() => callsUntil(program, () => false)).toThrow(
    'A helper thread of the fused WebAssembly kernels failed: no bytes left ☂. The next call',
  );
  fault.program = '';
  for (let call = 0; call < 20; call++) expect(run()).toEqual(alone);
});

test('one that fails in any pair is told with its message, cut where it is long', () => {
  const program = `kernels.mergePair = () => { throw new Error('x'.repeat(1000)); };`;
  expect(() => callsUntil(program, () => false)).toThrow(/failed: x{300,400}\. The next call/);
});

test('a runtime is fit for use after a failure that was only once', () => {
  const program = `let failed = false;
    const merge = kernels.mergePair;
    kernels.mergePair = (...pair) => {
      if (failed) return merge(...pair);
      failed = true;
      throw new Error('once');
    };`;
  let failures = 0;
  callsUntil(
    program,
    () => failures > 0,
    () =>
      withRuntime((runtime) => {
        try {
          return forward(runtime, problem).slice();
        } catch {
          failures++;
          return forward(runtime, problem).slice();
        }
      }),
  );
});

test.each([
  ['forward', 'mergePair'],
  ['backward', 'applyPair'],
  ['backward', 'unpackGradient'],
] as const)('one that dies in %s, in %s, is given up; the call goes on alone', (pass, kernel) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const sums = () => withRuntime((runtime) => forward(runtime, problem).slice());
  const gradient = () =>
    withRuntime((runtime) => backward(runtime, withSums(problem, alone, 2)).slice());
  setCpuKernelThreads(1);
  const want = gradient();
  callsUntil(
    `kernels.${kernel} = () => process.exit();`,
    () => warn.mock.calls.length > 0,
    () => {
      if (pass === 'backward') expect(gradient()).toEqual(want);
      return sums();
    },
  );
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/one thread from now on: no helper thread has finished a task for 1 s/)],
  ]);
  expect(cpuKernelThreads()).toBe(1);
  expect(run()).toEqual(alone);
  // Asked for again, threads are tried again.
  setCpuKernelThreads(2);
  expect(cpuKernelThreads()).toBe(2);
});

test('one that is slow, but alive, is waited for', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const program = `const merge = kernels.mergePair;
    kernels.mergePair = (...pair) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${patience / 4});
      return merge(...pair);
    };`;
  let longest = 0;
  callsUntil(
    program,
    () => longest > 1.5 * patience,
    () => {
      const start = performance.now();
      const sums = run();
      longest = Math.max(longest, performance.now() - start);
      return sums;
    },
  );
  expect(warn).not.toHaveBeenCalled();
  expect(cpuKernelThreads()).toBe(2);
});
