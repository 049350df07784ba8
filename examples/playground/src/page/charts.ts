import { gridY, line, plot, ruleX, ruleY } from '@observablehq/plot';
import type { Progress } from '../messages';

/** One value over the steps. */
interface Line {
  readonly title: string;
  /** Number of a line colour and dash pattern of the style sheet. */
  readonly style: number;
  readonly value: (progress: Progress) => number | null;
}

interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly domain?: readonly [number, number];
  /** Whether the axis begins at 0, up to what the values need. */
  readonly fromZero?: boolean;
  /** A level to compare with. */
  readonly level?: number;
}

const DASHES = ['', '7 4', '2 3'];

const entanglementOf = (layer: string, title: string, style: number): Line => ({
  title,
  style,
  value: ({ entanglement }) => entanglement[layer] ?? null,
});

const CHARTS: readonly Chart[] = [
  {
    title: 'Entanglement',
    unit: 'relative to chance; 1 is fully entangled',
    lines: [
      entanglementOf('hidden1', 'hidden 1', 0),
      entanglementOf('hidden2', 'hidden 2', 1),
      entanglementOf('code', 'code', 2),
    ],
    domain: [0, 1],
    level: 1,
  },
  {
    title: 'Accuracy',
    unit: 'share of the held-out digits read right',
    lines: [{ title: 'accuracy', style: 0, value: ({ accuracy }) => accuracy }],
    domain: [0, 1],
  },
  {
    title: 'Loss',
    unit: 'nats',
    lines: [
      {
        title: 'trained on: cross-entropy + factor × SNNL',
        style: 1,
        value: (p) => p.trainingLoss,
      },
      { title: 'cross-entropy, held-out', style: 0, value: (p) => p.crossEntropy },
    ],
  },
  {
    title: 'Temperature',
    unit: 'T of the loss',
    lines: [{ title: 'temperature', style: 0, value: ({ temperature }) => temperature }],
    fromZero: true,
  },
];

/** Between the drawing of two charts. */
const PAUSE_MS = 60;

/** Points of a line that a chart of a few hundred pixels can show. */
const MOST_POINTS = 300;

const number = (value: number): string =>
  Math.abs(value) >= 1000 ? value.toExponential(1) : value.toFixed(value < 10 ? 3 : 1);

/** A figure: title, key with the latest values, drawing. */
class ChartView {
  private readonly values = new Map<Line, HTMLElement>();
  private readonly drawing = document.createElement('div');

  constructor(
    private readonly chart: Chart,
    parent: HTMLElement,
  ) {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const title = document.createElement('h3');
    title.textContent = chart.title;
    const unit = document.createElement('span');
    unit.textContent = chart.unit;
    caption.append(title, unit);
    this.drawing.className = 'drawing';
    this.drawing.role = 'img';
    this.drawing.ariaLabel = `${chart.title} over the training steps`;
    figure.append(caption, this.key(), this.drawing);
    parent.append(figure);
  }

  private key(): HTMLElement {
    const list = document.createElement('ul');
    list.className = 'key';
    for (const entry of this.chart.lines) {
      const item = document.createElement('li');
      const sample = document.createElement('span');
      sample.className = `sample style-${entry.style}`;
      const value = document.createElement('b');
      value.textContent = '–';
      item.append(sample, `${entry.title} `, value);
      this.values.set(entry, value);
      list.append(item);
    }
    return list;
  }

  /** The range of the axis; undefined leaves it to the values. */
  private domain(shown: readonly Progress[]): readonly [number, number] | undefined {
    const { lines, domain, fromZero = false } = this.chart;
    if (shown.length === 0) return domain ?? [0, 1];
    const all = shown.flatMap((p) => lines.map(({ value }) => value(p) ?? Number.NaN));
    if (fromZero) return [0, Math.max(...all)];
    return domain?.every((end, i) => all.every((v) => !(i === 0 ? v < end : v > end)))
      ? domain
      : undefined;
  }

  draw(course: readonly Progress[], changes: readonly number[]): void {
    const { lines, level } = this.chart;
    for (const entry of lines) {
      const last = course.at(-1);
      const value = last === undefined ? null : entry.value(last);
      const cell = this.values.get(entry);
      if (cell) cell.textContent = value === null ? '–' : number(value);
    }
    const stride = Math.ceil(course.length / MOST_POINTS);
    const shown = course.filter((_, i) => i % stride === 0 || i === course.length - 1);
    const domain = this.domain(shown);
    const width = Math.max(this.drawing.clientWidth, 200);
    const svg = plot({
      width,
      height: 158,
      marginLeft: 42,
      marginRight: 16,
      marginTop: 10,
      marginBottom: 42,
      style: { fontSize: '12px', background: 'none' },
      x: {
        label: 'training step',
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 34,
        domain: [0, Math.max(course.at(-1)?.step ?? 0, 100)],
        ticks: Math.min(5, width / 80),
      },
      y: {
        label: null,
        ticks: 4,
        nice: true,
        ...(domain === undefined ? {} : { domain: [...domain] }),
      },
      marks: [
        gridY({ ticks: 4 }),
        ...(level === undefined ? [] : [ruleY([level], { strokeOpacity: 0.5 })]),
        ruleX(changes, { stroke: 'currentColor', strokeOpacity: 0.35, strokeDasharray: '2 3' }),
        ...lines.map(({ value, style }) =>
          line(shown, {
            x: 'step',
            y: (p: Progress) => value(p) ?? Number.NaN,
            stroke: `var(--line-${style})`,
            strokeWidth: 2.2,
            strokeDasharray: DASHES[style] ?? '',
          }),
        ),
      ],
    });
    // The parts of a plot have names that say nothing; the latest values stand in the key.
    svg.setAttribute('aria-hidden', 'true');
    this.drawing.replaceChildren(svg);
  }
}

/** The curves of a training, drawn again at most a few times a second. */
export class Charts {
  private readonly views: readonly ChartView[];
  private course: Progress[] = [];
  private changes: number[] = [];
  private drawing = false;
  /** Whether what is shown has changed since the round of drawing under way began. */
  private stale = false;

  constructor(parent: HTMLElement) {
    this.views = CHARTS.map((chart) => new ChartView(chart, parent));
    new ResizeObserver(() => this.redraw()).observe(parent);
  }

  clear(): void {
    this.course = [];
    this.changes = [];
    this.redraw();
  }

  add(progress: Progress): void {
    this.course.push(progress);
    this.redraw();
  }

  /** Marks that settings changed at this step. */
  mark(step: number): void {
    if (this.changes.at(-1) !== step) this.changes.push(step);
  }

  private redraw(): void {
    this.stale = true;
    if (this.drawing) return;
    this.drawing = true;
    this.drawFrom(0);
  }

  /** One chart at a time, so that the page can answer in between. */
  private drawFrom(index: number): void {
    setTimeout(() => {
      if (index === 0) this.stale = false;
      this.views[index]?.draw(this.course, this.changes);
      if (index + 1 < this.views.length) this.drawFrom(index + 1);
      // Charts drawn before a change lack it.
      else if (this.stale) this.drawFrom(0);
      else this.drawing = false;
    }, PAUSE_MS);
  }
}
