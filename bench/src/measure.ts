/** One timed contender: runs `iterations` times and returns the milliseconds per run. */
export type Sampler = (iterations: number) => Promise<number>;

/** A sample shorter than this is repeated inside, so that clock and scheduler do not decide. */
const MIN_SAMPLE_MS = 100;

/** What the runs of one contender took, in ms. */
export interface Timing {
  readonly median: number;
  /** The quickest run: on a busy machine nearer to the truth than the median. */
  readonly best: number;
  /** In the order of the rounds. */
  readonly samples: readonly number[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/**
 * Times an asynchronous function in this process, after a garbage collection where possible.
 *
 * Runs that are repeated follow one that is not timed: the collection and the contenders before have
 * emptied the caches. `peers.py` does the same.
 */
export function sampler(run: () => Promise<unknown>): Sampler {
  return async (iterations) => {
    globalThis.gc?.();
    if (iterations > 1) await run();
    const start = performance.now();
    for (let i = 0; i < iterations; i++) await run();
    return (performance.now() - start) / iterations;
  };
}

/**
 * Times each contender. Their runs alternate, each round starting with the next
 * one, so that a busy moment of the machine hits all alike.
 */
export async function interleaved<K extends string>(
  samplers: ReadonlyMap<K, Sampler>,
  repeats: number,
): Promise<Map<K, Timing>> {
  const lanes: { name: K; sample: Sampler; iterations: number; times: number[] }[] = [];
  for (const [name, sample] of samplers) {
    // The first run compiles and allocates, the second tells how long one takes.
    await sample(1);
    const repeated = (ms: number) => Math.max(1, Math.ceil(MIN_SAMPLE_MS / Math.max(ms, 0.01)));
    const first = repeated(await sample(1));
    // Engines compile what has run often: only then is a short run as short as in training.
    const iterations = first === 1 ? 1 : repeated(await sample(first));
    lanes.push({ name, sample, iterations, times: [] });
  }
  for (let round = 0; round < repeats; round++) {
    const first = round % lanes.length;
    for (const lane of [...lanes.slice(first), ...lanes.slice(0, first)]) {
      lane.times.push(await lane.sample(lane.iterations));
    }
  }
  return new Map(
    lanes.map(({ name, times }) => [
      name,
      { median: median(times), best: Math.min(...times), samples: times },
    ]),
  );
}
