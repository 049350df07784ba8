/**
 * The kernels as seen from here: their memory, and their functions. A test holds both to assembly/,
 * where layout.ts says what each field holds. Fields are numbers of 32-bit words.
 */

/** Rows that a block can hold. */
export const BLOCK_ROWS = 80;
/** Bytes of scratch memory a thread needs. */
export const SCRATCH_BYTES = 57344;
/** Floats of a distance tile that is kept for the gradient. */
export const KEPT_FLOATS = 6416;

export const RowSetField = {
  count: 0,
  blockSize: 1,
  raw: 2,
  order: 3,
  panels: 4,
  columns: 5,
  norms: 6,
  labels: 7,
  weights: 8,
  bad: 9,
  padded: 10,
  sums: 11,
} as const;
export const ROW_SET_WORDS = 12;

export const JobField = {
  features: 0,
  featuresPadded: 1,
  anchors: 2,
  others: 3,
  center: 4,
  excluded: 5,
  product: 6,
  rowSums: 7,
  gradient: 8,
  gradientOrder: 9,
  scale: 10,
  halving: 11,
  halvingRest: 12,
  gradientScale: 13,
  tiles: 14,
  known: 15,
} as const;
export const JOB_WORDS = 16;

/**
 * Words at the start of memory, through which threads agree. The kernels never touch them; constants
 * of the module, if any, lie above 1024 bytes.
 */
export const Control = {
  /** Counts jobs; helpers sleep on it. */
  generation: 16,
  /** 1 while helpers may join the job. */
  open: 17,
  /** Helpers at work. */
  joined: 18,
  /** Next task to be claimed. */
  next: 19,
  /** 1 once a thread has failed. */
  failed: 20,
  /** Tasks that helpers have done, over all jobs. */
  helped: 21,
  /** The task list, see tasks.ts. */
  backward: 32,
  anchorBlocks: 33,
  otherBlocks: 34,
  symmetric: 35,
  /** 1 if the others have sums too. */
  cross: 42,
  /** Byte addresses: Job, RowSet of anchors, RowSet of others, turns, scratch of thread 0. */
  job: 36,
  anchors: 37,
  others: 38,
  turns: 39,
  scratch: 40,
  /** Threads that may take part, the caller included. */
  threads: 41,
  /** Why a helper failed, in UTF-16. */
  message: 64,
  messageEnd: 256,
} as const;

/** First byte that a job may use. */
const HEAP_START = 65536;

/** Cache lines apart, so that no two threads write to the same one. */
const ALIGNMENT = 64;

/** Hands out stretches of memory one after the other. */
export class Arena {
  private next = HEAP_START;

  /** Byte address of `words` free 32-bit words. */
  take(words: number): number {
    const address = this.next;
    this.next = Math.ceil((address + words * 4) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Bytes of memory that everything taken so far needs, with room for one vector past the end. */
  get end(): number {
    return this.next + ALIGNMENT;
  }
}

/** What every build of the module exports; arguments are byte addresses and block numbers. */
export interface KernelExports {
  totals(raw: number, count: number, features: number, out: number): void;
  pack(job: number, set: number, block: number): void;
  sumPair(job: number, i: number, columns: number, j: number, scratch: number): void;
  mergePair(job: number, i: number, columns: number, j: number, scratch: number): void;
  weighPair(job: number, i: number, columns: number, j: number, scratch: number): void;
  applyPair(job: number, i: number, columns: number, j: number, scratch: number): void;
  unpackGradient(job: number, block: number): void;
  unitRows(x: number, count: number, features: number, out: number): void;
  unitRowsGrad(x: number, dy: number, count: number, features: number, out: number): void;
}

/** Links a compiled module to a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as object as KernelExports;
}
