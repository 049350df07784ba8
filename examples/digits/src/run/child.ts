import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '@snnl/datasets';
import type { EpochRecord, RunResult } from '../results';
import type { RunName, Settings } from '../settings';
import type { FromWorker, ToWorker } from './messages';
import type { TrainingStep } from './train';

export interface RunListener {
  onStep(step: TrainingStep): void;
  onEpoch(record: EpochRecord): void;
  onMeasuring(): void;
}

/** A run in a process of its own. */
export interface RunningChild {
  /**
   * Resolves once the run has ended, with nothing if Ctrl-C ended the process while it started;
   * rejects if the process fails.
   */
  readonly result: Promise<RunResult | undefined>;
  /** Ends training after the current batch; the result then comes as usual. */
  stop(): void;
  /** Ends the process. */
  kill(): void;
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/**
 * Starts a run.
 *
 * @param execArgv Options for Node that let it run TypeScript.
 */
export function startChild(
  run: RunName,
  settings: Settings,
  execArgv: readonly string[],
  listener: RunListener,
): RunningChild {
  const child = fork(WORKER, {
    execArgv: [...execArgv],
    serialization: 'advanced',
    // TensorFlow's notes on start-up would tear the progress bars.
    env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
  });
  const tell = (message: ToWorker): void => {
    if (child.connected) child.send(message);
  };
  tell({ type: 'start', run, settings });
  return {
    result: outcome(child, listener),
    stop: () => tell({ type: 'stop' }),
    kill: () => {
      child.kill();
    },
  };
}

function outcome(child: ChildProcess, listener: RunListener): Promise<RunResult | undefined> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.type === 'step') listener.onStep(message.step);
      else if (message.type === 'epoch') listener.onEpoch(message.record);
      else if (message.type === 'measuring') listener.onMeasuring();
      else if (message.type === 'result') resolve(message.result);
      else
        reject(message.isUserError ? new UserError(message.message) : new Error(message.message));
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGINT') resolve(undefined);
      reject(new Error(`The training process ended early (${signal ?? `exit code ${code}`}).`));
    });
  });
}
