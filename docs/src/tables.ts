import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digits, megabytes, table, times } from '../../bench/src/format';
import type { BenchRecord } from '../../bench/src/record';
import { ROOT } from './paths';

type Row = [name: string, cell: string][];

/** A line of docs/results/factors.jsonl. */
interface FactorResult {
  readonly factor: number;
  readonly temperature: number;
  readonly accuracy: number;
  /** Of both layers. */
  readonly ratios: readonly number[];
}

const FOLDER = join(ROOT, 'docs', 'results');

function jsonLines<T>(name: string): T[] {
  const lines = readFileSync(join(FOLDER, name), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** All measurements in files named bench-*.jsonl, in the order of their names. */
function benchResults(): BenchRecord[] {
  const files = readdirSync(FOLDER).filter((name) => /^bench-.*\.jsonl$/.test(name));
  return files.sort().flatMap((name) => jsonLines<BenchRecord>(name));
}

const factorResults = (): FactorResult[] => jsonLines('factors.jsonl');

/** With spaces that do not break. */
const size = ({ n, d }: BenchRecord): string => `${n}\u00a0×\u00a0${d}`;

/** What draws for a browser, in short: its graphics card, or that there is none. */
function renderer(browser: string): string {
  if (/swiftshader|llvmpipe/i.test(browser)) return 'software rendering';
  return /\b(NVIDIA|AMD|Intel|Apple)[^,(;]*/.exec(browser)?.[0].trim() ?? 'graphics card';
}

/** What a row is about: the backend, which form ran, and what draws. */
function where({ backend, kernel, machine }: BenchRecord): string {
  const drawn = machine.browser === null ? '' : `, ${renderer(machine.browser)}`;
  return `${backend}, ${kernel}${drawn}`;
}

function machines(results: readonly BenchRecord[]): string {
  const described = results.map(({ machine, threads }) => {
    const browser = machine.browser === null ? '' : `, ${machine.browser.split(/[,.]/)[0]}`;
    const torch = machine.torch === null ? '' : `, PyTorch ${machine.torch}`;
    const ours = `${threads} threads, Node ${machine.node}, tfjs ${machine.tfjs}`;
    return `${machine.cpu}, ${ours}${browser}${torch}`;
  });
  return `Measured on: ${[...new Set(described)].join('; ')}.`;
}

const distanceName = (distance: string): string =>
  distance === 'cosine' ? 'cosine' : 'squared Euclidean';

function performance(): string {
  const results = benchResults().filter(({ pass }) => pass === 'forward+backward');
  const rows = results.map(
    (r): Row => [
      ['backend', where(r)],
      ['samples × features', size(r)],
      ['distance', distanceName(r.distance)],
      ['plain, ms', digits(r.plainMs)],
      ['ours, ms', digits(r.oursMs)],
      ['plain / ours', times(r.ratio)],
      ['PyTorch, ms', digits(r.torchMs)],
    ],
  );
  return `${table(rows)}\n\n${machines(results)}`;
}

function memory(): string {
  const results = benchResults().filter(({ distance }) => distance === 'cosine');
  return table(
    results.map(
      (r): Row => [
        ['backend', where(r)],
        ['samples × features', size(r)],
        ['memory', megabytes(r.oursPeakBytes)],
      ],
    ),
  );
}

/** A line for each backend: the span of its ratios. */
function backends(): string {
  const groups = new Map<string, BenchRecord[]>();
  for (const result of benchResults()) {
    const name = where(result);
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  const rows = [...groups].map(([name, results]): Row => {
    const ratios = results.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
    const largest = results.reduce((a, b) => (b.n * b.n * b.d > a.n * a.n * a.d ? b : a));
    const span =
      ratios.length === 0 ? '-' : `${times(Math.min(...ratios))} to ${times(Math.max(...ratios))}`;
    return [
      ['backend', name],
      ['beside plain tfjs', span],
      [
        'loss and gradient of samples × features',
        `${digits(largest.oursMs)} ms for ${size(largest)}`,
      ],
    ];
  });
  return table(rows);
}

function factors(): string {
  const rows = factorResults().map(
    ({ factor, temperature, accuracy, ratios: [first = Number.NaN, second = Number.NaN] }): Row => [
      ['factor', factor === 0 ? '0 (without)' : String(factor).replace('-', '−')],
      ['T', factor === 0 ? '-' : String(temperature)],
      ['ratio, first layer', first.toFixed(2)],
      ['ratio, second layer', second.toFixed(2)],
      ['test accuracy', `${(100 * accuracy).toFixed(1)} %`],
    ],
  );
  return `${table(rows)}\n\nThe ratios are those of 2,000 test digits at T = 0.1, cosine distance.`;
}

/** The tables that Markdown files may ask for by name. */
export const TABLES: Readonly<Record<string, () => string>> = {
  performance,
  memory,
  backends,
  factors,
};

const PLACE = /(<!-- table (\w+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** A Markdown text with its tables as the results have them now. */
export function renderTables(markdown: string, file: string): string {
  return markdown.replace(PLACE, (_, begin: string, name: string, end: string) => {
    const render = TABLES[name];
    if (render === undefined) throw new Error(`${file}: there is no table '${name}'.`);
    return `${begin}\n${render()}\n\n${end}`;
  });
}
