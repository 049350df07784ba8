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

/** Whether this thread may sleep: the main thread of a browser may not. */
let maySleep = true;

/** Returns once `ready(words[index])`; throws if another thread has failed, which it waits for. */
export function waitFor(words: Int32Array, index: number, ready: (value: number) => boolean): void {
  for (let spin = 0; ; spin++) {
    const value = Atomics.load(words, index);
    if (ready(value)) return;
    if (index !== Control.joined && Atomics.load(words, Control.failed) === 1) {
      throw new Error('Another thread of the fused WebAssembly kernels failed; see its message.');
    }
    if (spin < SPINS || !maySleep) continue;
    try {
      Atomics.wait(words, index, value, NAP_MS);
    } catch {
      maySleep = false;
    }
  }
}

/** Threads share one memory; block turns are words from byte address `turns` on. */
export function sharedTurns(words: Int32Array, turns: number): Turns {
  const first = turns / 4;
  return {
    claim: () => Atomics.add(words, Control.next, 1),
    wait(block, turn) {
      if (Atomics.load(words, first + block) >= turn) return;
      waitFor(words, first + block, (value) => value >= turn);
    },
    done(block) {
      Atomics.add(words, first + block, 1);
      Atomics.notify(words, first + block);
    },
  };
}
