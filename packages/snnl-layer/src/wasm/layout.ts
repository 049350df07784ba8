/**
 * Memory layout of the kernels: keep in step with assembly/layout.ts, which says what each field
 * holds. Fields are numbers of 32-bit words.
 */

/** Rows that a block can hold. */
export const BLOCK_ROWS = 80;
/** Bytes of scratch memory a thread needs. */
export const SCRATCH_BYTES = 57344;

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
} as const;
export const ROW_SET_WORDS = 11;

export const JobField = {
  features: 0,
  featuresPadded: 1,
  anchors: 2,
  others: 3,
  center: 4,
  excluded: 5,
  sums: 6,
  product: 7,
  rowSums: 8,
  gradient: 9,
  gradientOrder: 10,
  scale: 11,
  gradientScale: 12,
} as const;
export const JOB_WORDS = 13;

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

/**
 * Weights go in times 2^108 and G comes out times 2^30, which keeps it clear of slow denormal numbers;
 * see assembly/simd/grad.ts.
 */
export const WEIGHT_LIFT = 2 ** 108;
export const G_LIFT = 2 ** 30;

/** First byte that a job may use. */
export const HEAP_START = 65536;
