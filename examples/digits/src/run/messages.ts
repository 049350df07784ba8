import type { EpochRecord, RunResult } from '../results';
import type { RunName, Settings } from '../settings';
import type { TrainingStep } from './train';

/** From the demo to the process that trains. */
export type ToWorker =
  | { readonly type: 'start'; readonly run: RunName; readonly settings: Settings }
  | { readonly type: 'stop' };

/** From the process that trains to the demo. */
export type FromWorker =
  | { readonly type: 'step'; readonly step: TrainingStep }
  | { readonly type: 'epoch'; readonly record: EpochRecord }
  | { readonly type: 'measuring' }
  | { readonly type: 'result'; readonly result: RunResult }
  | { readonly type: 'failed'; readonly message: string; readonly isUserError: boolean };
