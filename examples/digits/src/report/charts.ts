import {
  type Curve,
  type CurvesOptions,
  drawCurves,
  escapeHtml,
  figure,
  lineKey,
} from 'snnl-callbacks/report';
import type { EpochRecord } from '../results';
import { RUN_TITLES, RUNS } from '../settings';
import { RUN_COLORS, RUN_DASHES } from './colors';
import type { ReportData } from './report-data';
import { count } from './test-images';

type Value = (record: EpochRecord) => number | null;

/** One curve for each run that has the value. */
function curves(records: ReportData['records'], value: Value): Curve[] {
  return RUNS.flatMap((run): Curve[] => {
    const points = records[run].epochs.flatMap((record) => {
      const at = value(record);
      return at === null ? [] : [{ step: record.epoch, value: at }];
    });
    if (points.length === 0) return [];
    return [{ title: RUN_TITLES[run], color: RUN_COLORS[run], dashes: RUN_DASHES[run], points }];
  });
}

function chart(caption: string, drawn: readonly Curve[], options: CurvesOptions): string {
  // One point is no curve: it appears once an epoch has been trained.
  if (!drawn.some(({ points }) => points.length > 1)) return '';
  return figure(escapeHtml(caption), drawCurves(drawn, options));
}

/** How each run is drawn. */
export function runKey(): string {
  return lineKey(
    RUNS.map((run) => ({
      title: RUN_TITLES[run],
      color: RUN_COLORS[run],
      dashes: RUN_DASHES[run],
    })),
  );
}

/** Loss and entanglement over the epochs, as figures; only those that have something to show. */
export function charts({ records, probeSize }: ReportData): string[] {
  const layers = Object.keys(
    RUNS.map((run) => records[run].epochs[0]?.entanglement).find(Boolean) ?? {},
  );
  const seen = `${count(probeSize)} test images`;
  const relative = {
    yLabel: `${seen}: share of chance (no unit)`,
    yDomain: [0, 1.1] as const,
    level: { value: 1, title: 'chance' },
  };
  return [
    // Before training the loss is far above: it would press the curves flat.
    chart(
      'Reconstruction loss',
      curves(records, ({ epoch, reconstruction }) => (epoch === 0 ? null : reconstruction)),
      { yLabel: `${seen}: cross-entropy (nats a pixel)` },
    ),
    chart(
      'SNNL in training',
      curves(records, ({ snnl }) => snnl),
      { yLabel: 'training images: sum over layers (nats)' },
    ),
    chart(
      'Temperature of SNNL',
      curves(records, ({ temperature }) => temperature),
      { yLabel: 'temperature (squared distance)', yDomain: [0, 1] },
    ),
    ...layers.map((layer) =>
      chart(
        `Entanglement of ${layer}`,
        curves(records, ({ entanglement }) => entanglement[layer] ?? null),
        relative,
      ),
    ),
  ].filter((markup) => markup !== '');
}
