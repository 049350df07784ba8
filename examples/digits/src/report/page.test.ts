import { parseHTML } from 'linkedom';
import { expect, it } from 'vitest';
import { REPORT } from './fixture';
import { reportPage } from './page';
import type { ReportData } from './report-data';

const page = reportPage(REPORT);
const { document } = parseHTML(page);
const texts = (selector: string, within = document): string[] =>
  Array.from(within.querySelectorAll(selector)).map((element) => element.textContent ?? '');

it('needs nothing from elsewhere', () => {
  expect(page).not.toMatch(/https?:|\/\/[a-z]|<script|<link|<img|@import|url\(/i);
});

it('escapes names', () => {
  expect(document.title).toBe('Letters & <signs>: codes with and without SNNL');
  expect(page).not.toContain('<j>');
  expect(texts('.key li')).toContain('<j>');
});

it('says what came out', () => {
  expect(texts('.lead')).toEqual([expect.stringMatching(/95\.3%.*62\.0%/s)]);
});

it('shows both runs side by side, the better one marked', () => {
  const rows = Array.from(document.querySelectorAll('.comparison tbody tr')).map((row) =>
    Array.from(row.children).map((cell) => cell.textContent),
  );
  expect(rows).toHaveLength(6);
  expect(rows[1]).toEqual(['k-means clustering accuracy (higher is better)', '0.620', '0.953']);
  expect(rows[4]?.[0]).toBe('entanglement of code, relative to chance (lower is better)');
  expect(texts('.comparison .best')).toEqual(['0.953']);
});

it('draws both latent spaces and all curves, with labelled axes', () => {
  expect(texts('figcaption')).toEqual([
    'Codes without SNNL: 40 of the 500 test images',
    'Codes with SNNL: 40 of the 500 test images',
    'Reconstruction loss',
    'SNNL in training',
    'Temperature of SNNL',
    'Entanglement of hidden1',
    'Entanglement of code',
  ]);
  const [picture, , loss] = Array.from(document.querySelectorAll('figure'));
  expect(picture?.querySelectorAll('circle')).toHaveLength(40);
  expect(picture?.textContent).toContain('UMAP 1 (arbitrary units)');
  expect(picture?.textContent).toContain('UMAP 2 (arbitrary units)');
  expect(loss?.textContent).toContain('400 test images: cross-entropy (nats a pixel)');
  expect(loss?.querySelectorAll('[aria-label=line] path')).toHaveLength(2);
});

it('says which test images a number is of', () => {
  const notes = texts('.notes li').join('\n');
  expect(notes).toContain('On 400 of the 500 test images, as many of each class');
  expect(texts('.soft').join('\n')).toContain('are of 400 of the 500 test images');
  expect(texts('.settings tr').join('\n')).toContain(
    'on 400 of the 500 test images, 40 of each class',
  );
});

it('says what the separation was paid with, where it was', () => {
  const { without, with: withLoss } = REPORT.records;
  if (withLoss.result === undefined) throw new Error('The fixture lacks a result.');
  const measures = { ...withLoss.result.measures, reconstruction: 0.1732 };
  const paid = { ...withLoss, result: { ...withLoss.result, measures } };
  const html = reportPage({ ...REPORT, records: { without, with: paid } });
  expect(html).toContain('reconstruction is the price, here 0.0232 nats a pixel.');
  expect(page).not.toContain('reconstruction is the price');
});

it('states settings, seed and times', () => {
  const settings = texts('.settings tr').join('\n');
  expect(settings).toContain('seed42');
  expect(settings).toContain('factor 0.1 each');
  expect(settings).toContain('3 epochs in batches of 50');
  expect(settings).toContain('time with SNNL1 min 05 s training, 8 s measuring');
  expect(settings).toContain('training and measuring1 min 25 s; both runs went side by side');
});

const partial = (records: Partial<ReportData['records']>): string =>
  reportPage({ ...REPORT, interrupted: true, records: { ...REPORT.records, ...records } });

it('tells how far a stopped demo got, and leaves out what is missing', () => {
  const { epochs } = REPORT.records.with;
  const html = partial({ with: { epochs: epochs.slice(0, 2) } });
  expect(html).toContain('without SNNL 3 of 3 epochs; with SNNL 1 of 3 epochs, not measured.');
  expect(html).toContain('not measured</td>');
  expect(html).not.toContain('Codes with SNNL');
  expect(html).not.toContain('class="lead"');
});

it('has no empty panel when nothing was trained yet', () => {
  const html = partial({ without: { epochs: [] }, with: { epochs: [] } });
  expect(html).toContain('without SNNL 0 of 3 epochs, not measured');
  expect(html).not.toContain('<figure');
  expect(html).not.toContain('<h2>Measured');
  expect(html).toContain('<h2>Settings');
});
