import type { RunRecord } from '../results';
import type { RunName, Settings } from '../settings';

/** Everything that the report shows. */
export interface ReportData {
  readonly settings: Settings;
  /** Test images, as many of each class, on which training is followed. */
  readonly probeSize: number;
  readonly records: Readonly<Record<RunName, RunRecord>>;
  /** Whether Ctrl-C ended the demo before it was through. */
  readonly interrupted: boolean;
  /** Wall time of the whole demo so far. */
  readonly seconds: number;
  /** Whether the runs went side by side, which makes each slower than alone. */
  readonly sideBySide: boolean;
}
