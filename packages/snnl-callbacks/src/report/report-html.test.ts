import '@tensorflow/tfjs-backend-cpu';
import { oneHot, tensor1d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { parseHTML } from 'linkedom';
import { neighborEntanglement } from 'snnl-layer';
import { describe, expect, it } from 'vitest';
import { EntanglementLogger } from '../entanglement-logger';
import { blobs, functionalModel } from '../testing/models';
import { ratioAtRightAngles, reportHtml } from './report-html';
import { type RepresentationReportOptions, representationReport } from './representation-report';

const heldOut = blobs({ count: 45, spread: 0.3, seed: 5 });
const train = blobs({ count: 60, spread: 0.3, seed: 5 });

const report = (model: LayersModel, options: Partial<RepresentationReportOptions> = {}) =>
  representationReport({ model, x: heldOut.x, y: heldOut.ids, restarts: 3, ...options });

describe('reportHtml', () => {
  it('draws the names of classes as they are, decimals included', async () => {
    const classes = ['0.001', '0.0025', '1.23456789'];
    const html = reportHtml(await report(functionalModel(), { classes }));
    const { document } = parseHTML(html);
    const texts = Array.from(document.querySelectorAll('svg text'), (text) => text.textContent);
    for (const name of classes) {
      // In PCA and UMAP, and along both axes of the neighbours.
      expect(texts.filter((text) => text === name)).toHaveLength(4);
    }
    const coordinates = Array.from(document.querySelectorAll('svg [transform], svg path'), (one) =>
      [one.getAttribute('transform'), one.getAttribute('d')].join(' '),
    );
    expect(coordinates.join(' ')).toMatch(/\d\.\d\d\b/);
    expect(coordinates.join(' ')).not.toMatch(/\d\.\d{3}/);
  });

  it('escapes whatever stands in a report that comes from JSON', async () => {
    const model = functionalModel();
    const logger = new EntanglementLogger({ x: heldOut.x, y: heldOut.ids });
    const few = { epochs: 2, verbose: 0, callbacks: [logger] };
    await model.fit(train.x, train.oneHot, few);
    const json = JSON.stringify(await report(model, { records: logger.records, pictureSize: 6 }));
    const payload = '<img src=x onerror=alert(1)>"\'><img src=y>';
    /** Each leaf of the report in turn, from `value` down, as a way to put the payload there. */
    const leaves = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
        : [path];
    const paths = leaves(JSON.parse(json));
    expect(paths.length).toBeGreaterThan(50);
    let pages = 0;
    for (const path of paths) {
      const poisoned = JSON.parse(json);
      const parent = path.slice(0, -1).reduce((at, key) => at[key], poisoned);
      parent[path.at(-1) as string] = payload;
      let html = '';
      try {
        html = reportHtml(poisoned);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        continue;
      }
      pages += 1;
      const { document } = parseHTML(html);
      expect([path, document.querySelectorAll('img').length]).toEqual([path, 0]);
    }
    expect(pages).toBeGreaterThan(30);
  });

  it('says how low the ratio can get where that is not near 0, in cosine distance', async () => {
    const html = async (distance: 'cosine' | 'squaredEuclidean', temperature?: number) => {
      const options = { projections: [], ...(temperature === undefined ? {} : { temperature }) };
      return reportHtml(await report(functionalModel({ distance }), options));
    };
    expect(await html('cosine', 1)).toContain('3 classes at right angles have a ratio of 0.50');
    expect(await html('cosine')).not.toContain('right angles');
    expect(await html('squaredEuclidean', 1)).not.toContain('right angles');
  });

  it('is one file without links, scripts or values that are not numbers', async () => {
    const html = reportHtml(await report(functionalModel()));
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|href=|NaN|Infinity|undefined/);
    expect(html.match(/<svg[^>]*viewBox/g)?.length).toBe(3);
    expect(html).toMatch(/^<!doctype html>/);
  });

  it('shows text as text', async () => {
    const title = '<b>"A" & B</b>';
    const html = reportHtml(await report(functionalModel(), { title, classes: ['<0>', '1', '2'] }));
    expect(html).toContain('<title>&lt;b&gt;&quot;A&quot; &amp; B&lt;/b&gt;</title>');
    expect(html).not.toContain('<0>');
  });

  it('leaves out panels that would be empty', async () => {
    const bare = await report(functionalModel(), { projections: [] });
    const html = reportHtml(bare);
    expect(html.match(/<figure>/g)?.length).toBe(1);
    expect(html).not.toContain('During training');
  });
});

describe('ratioAtRightAngles', () => {
  it.each([0.1, 0.5, 2])('is what one-hot rows have at T = %d', async (temperature) => {
    // So many of each class that leaving out the sample itself makes little difference.
    const ids = Array.from({ length: 2000 }, (_, i) => i % 5);
    const rows = oneHot(tensor1d(ids, 'int32'), 5);
    const { ratio } = await neighborEntanglement(ids, rows, { temperature });
    expect(ratio).toBeCloseTo(ratioAtRightAngles(5, temperature), 2);
  });

  it('is some third of chance for ten classes at T = 0.5', () => {
    expect(ratioAtRightAngles(10, 0.5)).toBeCloseTo(0.346, 3);
  });
});
