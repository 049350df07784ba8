import type { BenchRecord } from '../../../bench/src/record';
import { benchResults, factorResults } from './results';

type Row = readonly string[];

function table(header: Row, rows: readonly Row[]): string {
  const align = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const ms = (value: number | null): string => {
  if (value === null) return '-';
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
};
const times = (value: number | null): string => {
  if (value === null) return '-';
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
};
/** With spaces that do not break. */
const size = ({ n, d }: BenchRecord): string => `${n}\u00a0×\u00a0${d}`;
const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);

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
  const rows = results.map((r) => [
    where(r),
    size(r),
    distanceName(r.distance),
    ms(r.plainMs),
    ms(r.oursMs),
    times(r.ratio),
    ms(r.torchMs),
  ]);
  const header = [
    'backend',
    'samples × features',
    'distance',
    'plain, ms',
    'ours, ms',
    'plain / ours',
    'PyTorch, ms',
  ];
  return `${table(header, rows)}\n\n${machines(results)}`;
}

function memory(): string {
  const results = benchResults().filter(({ distance }) => distance === 'cosine');
  const rows = results.map((r) => [where(r), size(r), mb(r.oursPeakBytes)]);
  return table(['backend', 'samples × features', 'MB'], rows);
}

/** A line for each backend: the span of its ratios. */
function backends(): string {
  const groups = new Map<string, BenchRecord[]>();
  for (const result of benchResults()) {
    const name = where(result);
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  const rows = [...groups].map(([name, results]) => {
    const ratios = results.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
    const largest = results.reduce((a, b) => (b.n * b.n * b.d > a.n * a.n * a.d ? b : a));
    const span =
      ratios.length === 0 ? '-' : `${times(Math.min(...ratios))} to ${times(Math.max(...ratios))}`;
    return [name, span, `${ms(largest.oursMs)} ms for ${size(largest)}`];
  });
  return table(
    ['backend', 'times as fast as plain tfjs', 'loss and gradient of samples × features'],
    rows,
  );
}

function factors(): string {
  const rows = factorResults().map(({ factor, temperature, accuracy, ratios }) => [
    factor === 0 ? '0 (without)' : String(factor).replace('-', '−'),
    factor === 0 ? '-' : String(temperature),
    ...ratios.map((ratio) => ratio.toFixed(2)),
    `${(100 * accuracy).toFixed(1)} %`,
  ]);
  const header = ['factor', 'T', 'ratio, first layer', 'ratio, second layer', 'test accuracy'];
  return `${table(header, rows)}\n\nThe ratios are those of 2,000 test digits at T = 0.1, cosine distance.`;
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
