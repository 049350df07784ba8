import { Control, type KernelExports, SCRATCH_BYTES } from './layout';

/**
 * The tasks of a job, in the order in which threads claim them: pack every block, work off every
 * pair of blocks, and for the gradient write every block out.
 *
 * What a pair contributes to a block is added in one fixed order, whoever computes it: each block
 * counts its turns, and a thread waits for the turn of its pair. So results do not depend on the
 * number of threads, and nobody waits for a task that has not been claimed.
 */
export interface TaskList {
  readonly backward: boolean;
  /** Blocks of anchors, and of candidates that are not anchors. */
  readonly anchorBlocks: number;
  readonly otherBlocks: number;
  /** Whether pairs of anchors count, each pair of blocks once. */
  readonly symmetric: boolean;
  /** Whether the others have sums too, so that their blocks take turns as well. */
  readonly cross: boolean;
}

/** A pair of blocks, and the turn of each; `j` counts blocks of anchors or of the others. */
export interface Pair {
  i: number;
  j: number;
  turn: number;
  turnOfJ: number;
}

export function symmetricPairs(blocks: number): number {
  return (blocks * (blocks + 1)) / 2;
}

/**
 * Pair number `p` of anchor blocks, as in a round-robin tournament: in each round every block meets
 * one other block (or itself), so neighbours in the list share no block.
 */
export function tournamentPair(p: number, blocks: number, pair: Pair): void {
  const odd = blocks % 2 === 1 ? blocks : blocks - 1;
  const perRound = blocks % 2 === 1 ? (blocks + 1) / 2 : blocks / 2;
  const round = Math.min(Math.floor(p / perRound), odd);
  const k = p - round * perRound;
  pair.turn = round;
  pair.turnOfJ = round;
  if (round === odd) {
    // Only for an even number of blocks: each meets itself.
    pair.i = k;
    pair.j = k;
  } else if (k === 0) {
    pair.i = round;
    pair.j = blocks % 2 === 1 ? round : blocks - 1;
  } else {
    pair.i = (round + k) % odd;
    pair.j = (round - k + odd) % odd;
  }
}

/**
 * Pair number `p` of `rows` blocks with `columns` blocks of another set. In each round every block of
 * the smaller set meets another one of the larger set, so neighbours in the list share no block.
 */
export function crossPair(p: number, rows: number, columns: number, pair: Pair): void {
  const few = Math.min(rows, columns);
  const many = Math.max(rows, columns);
  const round = Math.floor(p / few);
  const one = p - round * few;
  const other = (one + round) % many;
  // Before this one, `other` met one + 1, one + 2 and so on, of which only 0 to few - 1 are there.
  const met = Math.min(round, few - 1 - one) + Math.max(round - (many - one) + 1, 0);
  pair.i = rows <= columns ? one : other;
  pair.j = rows <= columns ? other : one;
  pair.turn = rows <= columns ? round : met;
  pair.turnOfJ = rows <= columns ? met : round;
}

function taskCount({ backward, anchorBlocks, otherBlocks, symmetric }: TaskList): number {
  const pairs = (symmetric ? symmetricPairs(anchorBlocks) : 0) + anchorBlocks * otherBlocks;
  return anchorBlocks + otherBlocks + pairs + (backward ? anchorBlocks : 0);
}

/** How the threads of a job agree. */
export interface Turns {
  /** The next task nobody has claimed. */
  claim(): number;
  /** Returns once block `block` (anchors first, then others) has had `turn` turns or more. */
  wait(block: number, turn: number): void;
  /** Says that `block` has had its next turn. */
  done(block: number): void;
}

/** Claims and runs tasks until none is left; returns how many. */
export function runTasks(
  kernels: KernelExports,
  words: Int32Array,
  turns: Turns,
  thread: number,
): number {
  const word = (index: number) => words[index] ?? 0;
  const list: TaskList = {
    backward: word(Control.backward) === 1,
    anchorBlocks: word(Control.anchorBlocks),
    otherBlocks: word(Control.otherBlocks),
    symmetric: word(Control.symmetric) === 1,
    cross: word(Control.cross) === 1,
  };
  const { backward, anchorBlocks, otherBlocks, symmetric, cross } = list;
  const job = word(Control.job);
  const anchors = word(Control.anchors);
  const others = word(Control.others);
  const scratch = word(Control.scratch) + thread * SCRATCH_BYTES;

  const packed = anchorBlocks + otherBlocks;
  const symmetricEnd = packed + (symmetric ? symmetricPairs(anchorBlocks) : 0);
  const pairsEnd = symmetricEnd + anchorBlocks * otherBlocks;
  const end = taskCount(list);
  const rounds = symmetric ? anchorBlocks : 0;
  const compute = backward ? kernels.weighPair : kernels.sumPair;
  const merge = backward ? kernels.applyPair : kernels.mergePair;
  const pair: Pair = { i: 0, j: 0, turn: 0, turnOfJ: 0 };
  let done = 0;

  for (let task = turns.claim(); task < end; task = turns.claim(), done++) {
    if (task < anchorBlocks) {
      kernels.pack(job, anchors, task);
      turns.done(task);
    } else if (task < packed) {
      kernels.pack(job, others, task - anchorBlocks);
      turns.done(task);
    } else if (task < symmetricEnd) {
      tournamentPair(task - packed, anchorBlocks, pair);
      const { i, j, turn } = pair;
      turns.wait(i, 1);
      turns.wait(j, 1);
      compute(job, i, anchors, j, scratch);
      turns.wait(i, 1 + turn);
      if (i !== j) turns.wait(j, 1 + turn);
      merge(job, i, anchors, j, scratch);
      turns.done(i);
      if (i !== j) turns.done(j);
    } else if (task < pairsEnd && cross) {
      crossPair(task - symmetricEnd, anchorBlocks, otherBlocks, pair);
      const { i, j, turn, turnOfJ } = pair;
      turns.wait(i, 1);
      turns.wait(anchorBlocks + j, 1);
      compute(job, i, others, j, scratch);
      turns.wait(i, 1 + turn);
      turns.wait(anchorBlocks + j, 1 + turnOfJ);
      merge(job, i, others, j, scratch);
      turns.done(i);
      turns.done(anchorBlocks + j);
    } else if (task < pairsEnd) {
      const j = Math.floor((task - symmetricEnd) / anchorBlocks);
      const i = task - symmetricEnd - j * anchorBlocks;
      turns.wait(i, 1);
      turns.wait(anchorBlocks + j, 1);
      compute(job, i, others, j, scratch);
      turns.wait(i, 1 + rounds + j);
      merge(job, i, others, j, scratch);
      turns.done(i);
    } else {
      const i = task - pairsEnd;
      turns.wait(i, 1 + rounds + otherBlocks);
      kernels.unpackGradient(job, i);
    }
  }
  return done;
}

/** One thread does everything in order: nothing to agree on. */
export function aloneTurns(): Turns {
  let next = 0;
  return { claim: () => next++, wait: () => {}, done: () => {} };
}

/** Looks at a word this often before going to sleep: some 20 microseconds. */
const SPINS = 2000;
/** A sleeper looks up after this many milliseconds even if nobody wakes it. */
const NAP_MS = 2;

/**
 * A thread gives the others up after waiting this long, in ms, without one of them finishing a task;
 * the longest task takes a small part of it. Only time in which the waiting thread itself was awake
 * counts: not that of a stopped process or a suspended machine, and little on a busy one.
 */
export const PATIENCE_MS = 30_000;

/** No sign of life of a helper: it has ended while it held a task, or a debugger holds it. */
export class HelperLostError extends Error {}

/** Whether this thread may sleep: the main thread of a browser may not. */
let maySleep = true;

/**
 * Returns once `ready(words[index])`; throws if another thread has failed, which it waits for.
 *
 * @throws HelperLostError where nobody has finished a task for `patience` ms.
 */
export function waitFor(
  words: Int32Array,
  index: number,
  ready: (value: number) => boolean,
  patience: number,
): void {
  let waited = 0;
  let looked = 0;
  // Who finishes a task claims the next, also when there is none left.
  let seen = { value: 0, claimed: 0 };
  for (let spin = 0; ; spin++) {
    const value = Atomics.load(words, index);
    if (ready(value)) return;
    if (index !== Control.joined && Atomics.load(words, Control.failed) === 1) {
      throw new Error('Another thread of the fused WebAssembly kernels failed.');
    }
    if (spin < SPINS) continue;
    const now = performance.now();
    const claimed = Atomics.load(words, Control.next);
    if (spin === SPINS || value !== seen.value || claimed !== seen.claimed) {
      waited = 0;
      seen = { value, claimed };
    } else {
      waited += Math.min(now - looked, NAP_MS);
    }
    looked = now;
    if (waited > patience) {
      throw new HelperLostError(
        `no helper thread has finished a task for ${Math.round(patience / 1000)} s`,
      );
    }
    if (!maySleep) continue;
    try {
      Atomics.wait(words, index, value, NAP_MS);
    } catch {
      maySleep = false;
    }
  }
}

/**
 * Threads share one memory; block turns are words from byte address `turns` on. A helper waits
 * without end: the caller's thread ends it.
 */
export function sharedTurns(
  words: Int32Array,
  turns: number,
  patience = Number.POSITIVE_INFINITY,
): Turns {
  const first = turns / 4;
  return {
    claim: () => Atomics.add(words, Control.next, 1),
    wait(block, turn) {
      if (Atomics.load(words, first + block) >= turn) return;
      waitFor(words, first + block, (value) => value >= turn, patience);
    },
    done(block) {
      Atomics.add(words, first + block, 1);
      Atomics.notify(words, first + block);
    },
  };
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Whether this thread is the first of a job to fail: then its error is the one to tell. */
export function failsFirst(words: Int32Array): boolean {
  return Atomics.compareExchange(words, Control.failed, 0, 1) === 0;
}

const textOf = ({ buffer }: Int32Array) =>
  new Uint16Array(buffer, Control.message * 4, (Control.messageEnd - Control.message) * 2);

/** Leaves the message of an error for {@link failure}, cut where there is no more room. */
export function leaveFailure(words: Int32Array, error: unknown): void {
  const text = textOf(words);
  const message = messageOf(error);
  text.fill(0);
  for (let i = 0; i < Math.min(message.length, text.length); i++) text[i] = message.charCodeAt(i);
}

/** Why a helper failed. */
export function failure(words: Int32Array): string {
  const text = Array.from(textOf(words));
  const end = text.indexOf(0);
  return String.fromCharCode(...(end < 0 ? text : text.slice(0, end)));
}
