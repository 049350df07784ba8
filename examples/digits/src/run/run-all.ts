import { availableParallelism } from 'node:os';
import type { EpochRecord, RunRecord, RunResult } from '../results';
import { RUNS, type RunName, type Settings } from '../settings';
import { type RunningChild, startChild } from './child';
import type { TrainingStep } from './train';

export interface RunsListener {
  onStep(run: RunName, step: TrainingStep): void;
  onEpoch(run: RunName, record: EpochRecord): void;
  onMeasuring(run: RunName): void;
  onEnd(run: RunName, result: RunResult): void;
}

export interface Runs {
  /** What there is so far. */
  readonly records: Readonly<Record<RunName, RunRecord>>;
  /** Resolves when every run has ended, or none is left to start after `stop`. */
  readonly finished: Promise<void>;
  /** Ends training after the current batches, and starts no further run. */
  stop(): void;
}

/** Whether both runs go at once: TensorFlow uses all cores, or the one GPU, for a single run. */
export const runsAtOnce = ({ backend }: Settings): boolean =>
  backend === 'wasm' && availableParallelism() > 1;

/** Starts both runs, side by side or one after the other (see {@link runsAtOnce}). */
export function runAll(
  settings: Settings,
  execArgv: readonly string[],
  listener: RunsListener,
): Runs {
  const records: Record<RunName, { epochs: EpochRecord[]; result?: RunResult }> = {
    without: { epochs: [] },
    with: { epochs: [] },
  };
  const running = new Set<RunningChild>();
  let stopped = false;

  const runOne = async (run: RunName): Promise<void> => {
    if (stopped) return;
    const child = startChild(run, settings, execArgv, {
      onStep: (step) => listener.onStep(run, step),
      onEpoch: (record) => {
        records[run].epochs.push(record);
        listener.onEpoch(run, record);
      },
      onMeasuring: () => listener.onMeasuring(run),
    });
    running.add(child);
    try {
      const result = await child.result;
      if (result === undefined) return;
      records[run].result = result;
      listener.onEnd(run, result);
    } catch (error) {
      stopped = true;
      for (const other of running) other.kill();
      throw error;
    } finally {
      running.delete(child);
    }
  };
  const inTurn = async (): Promise<void> => {
    for (const run of RUNS) await runOne(run);
  };
  const finished = runsAtOnce(settings)
    ? Promise.all(RUNS.map(runOne)).then(() => undefined)
    : inTurn();
  return {
    records,
    finished,
    stop: () => {
      stopped = true;
      for (const child of running) child.stop();
    },
  };
}
