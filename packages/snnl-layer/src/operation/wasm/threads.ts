import { processState } from '../process-state';
import { canShare } from './builds';
import type { HelperData } from './helper';
import { helperSource } from './modules.generated';
import type { Problem, Sides } from './problem';
import { messageOf } from './tasks';

/** Work, in multiplications and additions, below which waking helpers costs more than it gains. */
const WORTH_HELP = 2e7;

/** Helpers beyond this would mostly wait for memory. */
const MOST_THREADS = 16;

/**
 * Sets how many threads the fused WebAssembly kernels may use, the caller's own included.
 *
 * The default is one a core, and at most 16. Where memory cannot be shared (a browser page that is not
 * cross-origin isolated) there is only one. Results do not depend on it. It holds for every copy of
 * this package in the process, and tries threads again that have failed.
 *
 * @throws RangeError if `threads` is not an integer of at least 1.
 */
export function setCpuKernelThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected threads to be an integer of at least 1, but got ${threads}.`);
  }
  Object.assign(processState(), { threadLimit: threads, alone: false });
}

/** Most threads that may be used, see {@link setCpuKernelThreads}. */
export function cpuKernelThreads(): number {
  if (!canShare() || !canHelp()) return 1;
  return Math.min(processState().threadLimit ?? coreCount(), MOST_THREADS);
}

/** Threads worth using for one kernel call. */
export function threadsFor({ n, d }: Problem, sides: Sides, backward: boolean): number {
  const pairs = (sides.symmetric ? n * n : 0) + 2 * n * sides.others.count;
  const work = pairs * (d * (backward ? (sides.symmetric ? 3 : 2) : 1) + 16);
  if (work < WORTH_HELP) return 1;
  // Two threads never want the same block where there are two pairs of blocks to each.
  const blocks = sides.symmetric ? sides.anchors.blocks / 2 : sides.anchors.blocks;
  return Math.max(1, Math.min(cpuKernelThreads(), Math.floor(blocks)));
}

/**
 * Starts a helper thread and returns what ends it. The thread never keeps the process alive, and
 * joins in when it is up: until then, or if it never is, the other threads do its work.
 */
export function startHelper(data: HelperData): () => void {
  try {
    const threads = nodeThreads();
    return threads ? startInNode(threads, data) : startInBrowser(data);
  } catch (error) {
    startFailed(messageOf(error));
    return () => {};
  }
}

function startInNode({ Worker }: NodeThreads, workerData: HelperData): () => void {
  const worker = new Worker(helperSource, { eval: true, workerData, execArgv: [] });
  worker.unref();
  worker.on('error', (error) => startFailed(error.message));
  return () => void worker.terminate();
}

function startInBrowser(data: HelperData): () => void {
  const url = URL.createObjectURL(new Blob([helperSource], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onerror = (event) => startFailed(event.message);
  worker.postMessage(data);
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}

const startFailed = (reason: string) => goAlone(`no other starts: ${reason}`);

/** Uses no helper any more, and says so once: the caller's thread does everything. */
export function goAlone(reason: string): void {
  const state = processState();
  if (!state.alone) {
    console.warn(`snnl-layer: the fused CPU kernels run on one thread from now on: ${reason}`);
  }
  state.alone = true;
}

/** Threads worth having: one a core. */
export function coreCount(): number {
  const os = builtin<typeof import('node:os')>('node:os');
  if (os) return os.availableParallelism();
  return typeof navigator === 'object' ? navigator.hardwareConcurrency || 1 : 1;
}

/** Whether helper threads can be started here: not in Node before 20.16. */
export function canHelp(): boolean {
  if (processState().alone) return false;
  return nodeThreads() !== undefined || (!inNode() && typeof Worker === 'function');
}

function inNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

type NodeThreads = typeof import('node:worker_threads');

function nodeThreads(): NodeThreads | undefined {
  return builtin<NodeThreads>('node:worker_threads');
}

/** A module of Node, without an import that bundlers for browsers would stumble over. */
function builtin<Module>(name: string): Module | undefined {
  if (!inNode() || typeof process.getBuiltinModule !== 'function') return undefined;
  return process.getBuiltinModule(name) as Module;
}
