import { classKey, escapeHtml, htmlPage } from 'snnl-callbacks/report';
import { RUN_TITLES, RUNS } from '../settings';
import { charts, runKey } from './charts';
import { comparison, comparisonNotes, price } from './comparison';
import { pictures } from './pictures';
import type { ReportData } from './report-data';
import { settingsRows } from './settings-rows';
import { comparisonTable, settingsTable } from './tables';
import { testImages } from './test-images';

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** What came out, in a sentence; empty where a run has no result. */
function lead({ records }: ReportData): string {
  const [without, withLoss] = RUNS.map((run) => records[run].result?.measures.clusteringAccuracy);
  if (without === undefined || withLoss === undefined) return '';
  return (
    '<p class="lead">Clustering by k-means, which sees no labels, puts ' +
    `<strong>${percent(withLoss)}</strong> of the test images into the right group by codes ` +
    `trained with SNNL, and <strong>${percent(without)}</strong> by codes trained without.</p>`
  );
}

function notice({ interrupted, records, settings }: ReportData): string {
  if (!interrupted) return '';
  const epochs = RUNS.map((run) => {
    const done = Math.max(0, records[run].epochs.length - 1);
    const measured = records[run].result === undefined ? ', not measured' : '';
    return `${RUN_TITLES[run]} ${done} of ${settings.epochs} epochs${measured}`;
  });
  return (
    '<p class="notice"><strong>Partial report.</strong> The demo was stopped by Ctrl-C: ' +
    `${epochs.join('; ')}. What follows shows the runs as far as they got.</p>`
  );
}

function comparisonSection({ records, probeSize, settings }: ReportData): string {
  const rows = comparison(records);
  if (rows.length === 0) return '';
  const probed = testImages(probeSize, settings.testSize);
  const texts = [...comparisonNotes(probed), ...price(records)];
  const notes = texts.map((note) => `<li>${escapeHtml(note)}</li>`).join('');
  return `<h2>Measured</h2>${comparisonTable(rows)}<ul class="notes">${notes}</ul>`;
}

function pictureSection(data: ReportData): string {
  const drawn = pictures(data);
  if (drawn.length === 0) return '';
  return (
    '<h2>The codes in two dimensions</h2><p class="soft">Each point is the code of one test image; ' +
    'as many of each class are drawn. ' +
    'UMAP lays out the codes so that near ones stay near; distances between groups, and the axes, ' +
    'have no unit. Labels serve only to colour and name.</p>' +
    `${classKey(data.settings.source.classes)}<div class="panels pictures">${drawn.join('')}</div>`
  );
}

function chartSection(data: ReportData): string {
  const { probeSize, settings } = data;
  const drawn = charts(data);
  if (drawn.length === 0) return '';
  return (
    '<h2>During training</h2><p class="soft">Entanglement is measured at one fixed temperature, ' +
    'so that epochs and runs compare; SNNL in training is taken at the temperature of the epoch, ' +
    `which falls. The curves of test images are of ${testImages(probeSize, settings.testSize)}, as many ` +
    'of each class; the reconstruction loss of the table is of all.</p>' +
    `${runKey()}<div class="panels curves">${drawn.join('')}</div>`
  );
}

/** The whole report as one HTML file that needs nothing else. */
export function reportPage(data: ReportData): string {
  const title = `${data.settings.source.title}: codes with and without SNNL`;
  return htmlPage(
    title,
    `<p>An autoencoder learns to squeeze each image into a code of ${data.settings.code} numbers. It was trained twice
from the same weights: once only to reconstruct the images, and once with the soft nearest
neighbour loss (SNNL) besides, which pulls images of one class together and others apart.</p>
${notice(data)}
${lead(data)}
${comparisonSection(data)}
${pictureSection(data)}
${chartSection(data)}
<h2>Settings</h2>
${settingsTable(settingsRows(data))}`,
  );
}
