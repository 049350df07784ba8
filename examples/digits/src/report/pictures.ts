import { drawScatter, figure } from 'snnl-callbacks/report';
import { RUN_TITLES, RUNS } from '../settings';
import type { ReportData } from './report-data';
import { testImages } from './test-images';

/** The codes of test images in two dimensions, one figure for each run that has ended. */
export function pictures({ records, settings }: ReportData): string[] {
  return RUNS.flatMap((run) => {
    const picture = records[run].result?.picture;
    if (picture === undefined) return [];
    const drawn = testImages(picture.points.length, settings.testSize);
    const caption = `Codes ${RUN_TITLES[run]}: ${drawn}`;
    return [figure(caption, drawScatter(picture, settings.source.classes))];
  });
}
