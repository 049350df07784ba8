import { Control } from './layout';
import type { Turns } from './tasks';

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
