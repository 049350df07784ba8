import { canShare } from './compiled';
import { canHelp, coreCount } from './helpers';
import type { Problem } from './problem';
import { processState } from './process-state';
import type { Sides } from './sides';

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
