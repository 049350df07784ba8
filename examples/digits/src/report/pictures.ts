import { RUN_TITLES, RUNS } from '../settings';
import { classColor } from './colors';
import { escapeHtml, figure } from './html';
import type { ReportData } from './report-data';
import { drawScatter } from './scatter';

/** Which colour is which class. */
export function classKey(classes: readonly string[]): string {
  const items = classes.map(
    (name, label) =>
      '<li><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5.5" ' +
      `fill="${classColor(label)}"/></svg>${escapeHtml(name)}</li>`,
  );
  return `<ul class="key">${items.join('')}</ul>`;
}

/** The codes of test images in two dimensions, one figure for each run that has ended. */
export function pictures({ records, settings }: ReportData): string[] {
  return RUNS.flatMap((run) => {
    const picture = records[run].result?.picture;
    if (picture === undefined) return [];
    return [figure(`Codes ${RUN_TITLES[run]}`, drawScatter(picture, settings.source.classes))];
  });
}
