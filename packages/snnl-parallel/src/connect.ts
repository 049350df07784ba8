import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { assertOptions, type OptionRules, rules, setCpuKernelThreads } from 'snnl-layer';
import { Alone, MpiGroup, type ParallelGroup } from './group';
import { findLaunch } from './launcher';
import { type Binary, loadBinary } from './native';

/** Options of {@link connect}. */
export interface ConnectOptions {
  /**
   * Name or path of the MPI library, such as `/opt/cray/lib/libmpi.so.12`. By default that of the
   * launcher's kind, where the system finds it.
   */
  readonly library?: string;
  /** Seconds that a call waits for the other ranks before it fails. Default 600. */
  readonly waitLimit?: number;
}

const RULES: OptionRules<ConnectOptions> = { library: rules.text, waitLimit: rules.positive };

/** One group for the process, also when the package is loaded twice (as ESM and as CommonJS). */
const STORE = Symbol.for('snnl-parallel/group');

/**
 * Connects this process with those that were started with it by `mpirun`, `srun` or the like.
 *
 * The MPI library is that of the machine, opened now; nothing is compiled. The threads of the CPU kernels
 * of snnl-layer become this rank's share of the machine's cores. A process that ends with code 0 without
 * {@link ParallelGroup.close} closes the group; one that ends with another code leaves the others to the
 * launcher, which ends them.
 *
 * @returns All processes; where this one was started alone, a group of size 1 without MPI. The same at
 *   each call.
 * @throws Error if there is no MPI library, it does not belong to the launcher, or this is a worker thread;
 *   RangeError or TypeError for an option.
 */
export function connect(options: ConnectOptions = {}): ParallelGroup {
  assertOptions('connect', options, RULES);
  const store = globalThis as typeof globalThis & { [STORE]?: ParallelGroup };
  store[STORE] ??= open(options);
  return store[STORE];
}

function open({ library, waitLimit = 600 }: ConnectOptions): ParallelGroup {
  const launch = findLaunch(library);
  if (launch === undefined) return new Alone();
  if (!isMainThread) {
    throw new Error('Expected connect() in the main thread of a process, but this is a worker.');
  }
  // The memory hooks of UCX, which Debian's MPICH runs on, crash inside V8 now and then.
  process.env.UCX_MEM_MMAP_HOOK_MODE ??= 'none';
  const binary = loadBinary();
  const engine = openLibrary(binary, launch.libraries);
  binary.start();
  const group = new MpiGroup(binary, engine, waitLimit);
  if (launch.size !== undefined && group.size !== launch.size) {
    throw new Error(
      `The launcher started ${launch.size} processes, but ${engine.library} (${engine.abi}) knows ` +
        `${group.size}: it does not belong to this launcher. Start with the launcher of that ` +
        `library, or name the launcher's own: connect({ library }).`,
    );
  }
  closeAtExit(group);
  setCpuKernelThreads(Math.max(1, Math.floor(availableParallelism() / group.machine.size)));
  return group;
}

function openLibrary(binary: Binary, libraries: readonly string[]) {
  const problems: string[] = [];
  for (const library of libraries) {
    try {
      const { abi, version } = binary.open(library);
      return { abi, library, version: version.split('\n')[0]?.trim() ?? '' };
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new Error(
    `Expected an MPI library, but none opens: ${problems.join('; ')}. Install the one of the launcher ` +
      '(Debian: libopenmpi3, or mpich), load its module, or name it: connect({ library }).',
  );
}

/** Ranks that are not done yet learn so at their next call, instead of waiting for this one. */
function closeAtExit(group: ParallelGroup): void {
  const { close } = group;
  let closed = false;
  group.close = () => {
    if (closed) return;
    closed = true;
    close.call(group);
  };
  process.on('exit', (code) => {
    if (code !== 0) return;
    try {
      group.close();
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  });
}
