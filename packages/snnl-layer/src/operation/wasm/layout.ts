/**
 * Memory layout of the kernels: keep in step with assembly/layout.ts, which says what each field
 * holds. Fields are numbers of 32-bit words.
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
export const HEAP_START = 65536;
