/** `npm run docs:figures`: draws docs/figures from docs/results. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { axisX, axisY, dot, gridY, line, type PlotOptions, plot, text } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import {
  cosine,
  cosineRestarts,
  exponential,
  inversePower,
  linear,
  stepDecay,
} from 'snnl-callbacks';
import { classColor, lineStyle } from 'snnl-callbacks/report';
import { ROOT } from '../paths';
import type { Codes } from './code';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(join(ROOT, 'docs', 'results', name), 'utf8'));

/** One panel: its SVG markup, coordinates to a tenth of a pixel, and its size. */
interface Panel {
  readonly markup: string;
  readonly width: number;
  readonly height: number;
}

function panel(width: number, height: number, options: PlotOptions): Panel {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const rounded = (attribute: string): string =>
    attribute.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))));
  const markup = plot({ ...options, width, height, document })
    .outerHTML.replace(/="[^"]*"/g, rounded)
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
  return { markup, width, height };
}

/** A panel on white as a file, so that it can be read in a dark page too. */
function write(name: string, { markup, width, height }: Panel): void {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}"><rect width="100%" height="100%" fill="white"/>${markup}</svg>\n`;
  writeFileSync(join(ROOT, 'docs', 'figures', `${name}.svg`), svg);
}

const FONT = { fontSize: '13px', fontFamily: 'system-ui, "DejaVu Sans", sans-serif' };

/** A line by its points, with its name at the end. */
interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** A sample of each line and its name, in the right margin. */
function key(series: readonly Series[], x: number): string {
  return series
    .map(({ name }, index) => {
      const { color, dashes } = lineStyle(index);
      const y = 52 + 24 * index;
      return (
        `<line x1="${x}" x2="${x + 26}" y1="${y}" y2="${y}" stroke="${color}" ` +
        `stroke-width="2.2" stroke-dasharray="${dashes}"/>` +
        `<text x="${x + 32}" y="${y + 4}" text-anchor="start" fill="#1b1f24">${name}</text>`
      );
    })
    .join('');
}

interface LinesOptions {
  readonly x: string;
  readonly y: string;
  readonly log?: boolean;
  readonly yDomain?: [number, number];
}

function lines(series: readonly Series[], options: LinesOptions): Panel {
  const { yDomain, log = false } = options;
  const ticks = { labelArrow: 'none', ticks: log ? 4 : 5, tickFormat: String } as const;
  const drawn = panel(640, 300, {
    marginLeft: 50,
    marginRight: 180,
    marginTop: 40,
    marginBottom: 44,
    style: FONT,
    x: { type: log ? 'log' : 'linear' },
    y: yDomain === undefined ? { nice: true } : { domain: yDomain },
    marks: [
      gridY({ ticks: 5 }),
      axisX({ ...ticks, label: options.x, labelAnchor: 'center' }),
      axisY({ ...ticks, label: options.y, tickFormat: (value: number) => value.toFixed(1) }),
      ...series.map(({ points }, index) => {
        const { color, dashes } = lineStyle(index);
        return line(
          points.map(([x, y]) => [x, y] as [number, number]),
          {
            stroke: color,
            strokeWidth: 2.2,
            strokeDasharray: dashes,
          },
        );
      }),
    ],
  });
  return { ...drawn, markup: drawn.markup.replace(/<\/svg>$/, `${key(series, 470)}</svg>`) };
}

function scatter({ title, points, labels }: Codes): Panel {
  const names = Array.from({ length: 10 }, (_, id) => {
    const own = points.filter((_, i) => labels[i] === id);
    const middle = (axis: 0 | 1): number =>
      own.map((p) => p[axis]).sort((a, b) => a - b)[own.length >> 1] ?? 0;
    return { id: String(id), x: middle(0), y: middle(1) };
  });
  return panel(340, 350, {
    marginLeft: 40,
    marginRight: 10,
    marginTop: 34,
    marginBottom: 40,
    style: FONT,
    x: { label: 'code unit 1', labelAnchor: 'center', labelArrow: 'none', ticks: 4 },
    y: { label: `code unit 2, ${title}`, labelArrow: 'none', ticks: 4 },
    marks: [
      dot(
        points.map(([x, y]) => [x, y] as [number, number]),
        {
          r: 1.8,
          fill: (_: unknown, i: number) => classColor(labels[i] ?? 0),
          fillOpacity: 0.8,
        },
      ),
      text(names, {
        x: 'x',
        y: 'y',
        text: 'id',
        fontSize: 16,
        fontWeight: 700,
        fill: '#111',
        stroke: 'white',
        strokeWidth: 4,
      }),
    ],
  });
}

interface Curves {
  readonly ratios: readonly (readonly number[])[];
  readonly temperatures: readonly { temperature: number; loss: number; chance: number }[];
}

function codesFigure(): void {
  const [without, withLoss] = read<readonly [Codes, Codes]>('codes.json');
  write('codes-without', scatter(without));
  write('codes-with', scatter(withLoss));
}

function temperatureFigure({ without, with: withLoss }: Record<'without' | 'with', Curves>): void {
  const points = ({ temperatures }: Curves): [number, number][] =>
    temperatures.map(({ temperature, loss }) => [temperature, loss]);
  const chance: [number, number][] = without.temperatures.map((t) => [t.temperature, t.chance]);
  write(
    'temperature',
    lines(
      [
        { name: 'chance', points: chance },
        { name: 'trained without it', points: points(without) },
        { name: 'trained with it', points: points(withLoss) },
      ],
      { x: 'temperature, cosine distance', y: 'loss (nats)', log: true },
    ),
  );
}

function epochsFigure(curves: Record<'without' | 'with', Curves>): void {
  const points = ({ ratios }: Curves, layer: number): [number, number][] =>
    ratios.map((of, epoch) => [epoch + 1, of[layer] ?? NaN]);
  write(
    'epochs',
    lines(
      [
        { name: 'first, without', points: points(curves.without, 0) },
        { name: 'second, without', points: points(curves.without, 1) },
        { name: 'first, with', points: points(curves.with, 0) },
        { name: 'second, with', points: points(curves.with, 1) },
      ],
      { x: 'epoch', y: 'entanglement relative to chance' },
    ),
  );
}

function schedulesFigure(): void {
  const shown = {
    'inversePower()': inversePower(),
    exponential: exponential({ rate: 0.95 }),
    linear: linear({ final: 0.1, steps: 40 }),
    cosine: cosine({ final: 0.1, steps: 40 }),
    stepDecay: stepDecay({ factor: 0.5, every: 12 }),
    cosineRestarts: cosineRestarts({ final: 0.1, steps: 17, shrink: 0.7 }),
  };
  const steps = Array.from({ length: 51 }, (_, step) => step);
  const series = Object.entries(shown).map(([name, schedule]) => ({
    name,
    points: steps.map((step): [number, number] => [step, schedule(step)]),
  }));
  write('schedules', lines(series, { x: 'epoch', y: 'temperature', yDomain: [0, 1] }));
}

const curves = read<Record<'without' | 'with', Curves>>('curves.json');
codesFigure();
temperatureFigure(curves);
epochsFigure(curves);
schedulesFigure();
