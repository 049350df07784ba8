import { MultiBar, type SingleBar } from 'cli-progress';
import type { EpochRecord, RunResult } from '../results';
import type { TrainingStep } from '../run/train';
import { RUN_TITLES, RUNS, type RunName } from '../settings';
import { duration } from './duration';

/** Shows how far the runs are. */
export interface Progress {
  step(run: RunName, step: TrainingStep): void;
  epoch(run: RunName, record: EpochRecord): void;
  measuring(run: RunName): void;
  done(run: RunName, result: RunResult): void;
  /** A line of text beside the progress. */
  note(line: string): void;
  /** Leaves the terminal as an ordinary one. */
  close(): void;
}

const WIDTH = Math.max(...RUNS.map((run) => RUN_TITLES[run].length));
const title = (run: RunName): string => RUN_TITLES[run].padEnd(WIDTH);
const number = (value: number | null, digits: number): string =>
  value === null ? '-'.padStart(digits + 2) : value.toFixed(digits);
/** Of the training; measuring follows. */
const left = (seconds: number, done: number): string =>
  done < 1 ? `${duration(Math.max(1, seconds / done - seconds))} left` : 'trained';

/** One bar for each run, redrawn in place. */
function bars(epochs: number): Progress {
  const multibar = new MultiBar({
    format: `{title} {bar} epoch {epoch}/${epochs}  loss {loss}  SNNL {snnl}  {state}`,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    // With this, the time left ends within 80 columns.
    barsize: 10,
    hideCursor: true,
    autopadding: false,
  });
  const waiting = { epoch: 0, loss: '-', snnl: '-', state: 'waiting' };
  const made = {} as Record<RunName, SingleBar>;
  for (const run of RUNS) made[run] = multibar.create(1, 0, { title: title(run), ...waiting });
  return {
    step: (run, { epoch, done, seconds, reconstruction, snnl }) => {
      const values = { loss: number(reconstruction, 4), snnl: number(snnl, 3) };
      made[run].update(done, { epoch, ...values, state: left(seconds, done) });
    },
    epoch: () => {},
    measuring: (run) => made[run].update({ state: 'measuring ...' }),
    done: (run, { stopped, trainingSeconds, measuringSeconds }) => {
      const how = stopped ? 'stopped after' : 'done in';
      made[run].update({ state: `${how} ${duration(trainingSeconds + measuringSeconds)}` });
    },
    note: (line) => multibar.log(`${line}\n`),
    close: () => multibar.stop(),
  };
}

/** A line for each epoch, for log files. */
function lines(epochs: number, print: (line: string) => void): Progress {
  return {
    step: () => {},
    epoch: (run, { epoch, seconds, trainReconstruction, snnl }) => {
      if (epoch === 0) return print(`${title(run)}  training begins`);
      const loss = `loss ${number(trainReconstruction, 4)}  SNNL ${number(snnl, 3)}`;
      print(`${title(run)}  epoch ${epoch}/${epochs}  ${loss}  ${left(seconds, epoch / epochs)}`);
    },
    measuring: (run) => print(`${title(run)}  measuring: neighbours, k-means, UMAP ...`),
    done: (run, { stopped, trainingSeconds, measuringSeconds }) => {
      const times = `${duration(trainingSeconds)} training, ${duration(measuringSeconds)} measuring`;
      print(`${title(run)}  ${stopped ? 'stopped' : 'done'}: ${times}`);
    },
    note: print,
    close: () => {},
  };
}

/** Bars on a terminal, plain lines elsewhere. */
export function showProgress(
  epochs: number,
  { isTerminal, print }: { isTerminal: boolean; print: (line: string) => void },
): Progress {
  return isTerminal ? bars(epochs) : lines(epochs, print);
}
