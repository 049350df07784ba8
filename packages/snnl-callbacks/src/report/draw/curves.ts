import { dot, gridY, line, ruleY, text } from '@observablehq/plot';
import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import type { LineStyle } from './colors';
import { drawSvg } from './svg';

/** A value at an epoch or batch. */
export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/** A line of a chart: its name, its points in the order of steps, and how it is drawn. */
export interface Curve extends LineStyle {
  readonly title: string;
  readonly points: readonly CurvePoint[];
}

/** Options of {@link drawCurves}. */
export interface CurvesOptions {
  /** Default `epoch`. */
  readonly xLabel?: string;
  /** With its unit. */
  readonly yLabel: string;
  /** Default: as the values need. */
  readonly yDomain?: readonly [number, number];
  /** A level to compare with, drawn across and named. */
  readonly level?: { readonly value: number; readonly title: string };
}

const RULES: OptionRules<CurvesOptions> = {
  xLabel: rules.text,
  yLabel: rules.required(rules.text),
  yDomain: rules.object<readonly [number, number]>('an array [least, greatest]'),
  level: rules.object<NonNullable<CurvesOptions['level']>>('an object { value, title }'),
};

/** Whole steps, about six at most. */
function stepTicks(first: number, last: number): number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, (last - first) / 6)));
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((s) => (last - first) / s <= 6);
  const step = size ?? last - first;
  const begin = Math.ceil(first / step);
  return Array.from({ length: Math.floor(last / step) - begin + 1 }, (_, i) => (begin + i) * step);
}

/** Values over epochs or batches, one line for each curve; returns SVG markup. */
export function drawCurves(curves: readonly Curve[], options: CurvesOptions): string {
  assertOptions('drawCurves', options, RULES);
  const { xLabel = 'epoch', yLabel, yDomain, level } = options;
  const steps = curves.flatMap(({ points }) => points.map(({ step }) => step));
  const first = Math.min(...steps);
  const last = Math.max(...steps, first + 1);
  return drawSvg({
    width: 340,
    height: 235,
    marginLeft: 48,
    marginRight: 18,
    marginBottom: 40,
    marginTop: 28,
    style: { fontSize: '12px' },
    x: {
      label: xLabel,
      labelArrow: 'none',
      labelAnchor: 'center',
      domain: [first, last],
      ticks: stepTicks(first, last),
      tickFormat: 'd',
    },
    y: {
      label: yLabel,
      labelArrow: 'none',
      nice: true,
      ticks: 5,
      ...(yDomain === undefined ? {} : { domain: [...yDomain] }),
    },
    marks: [
      gridY({ ticks: 5 }),
      ...(level === undefined
        ? []
        : [
            ruleY([level.value], { stroke: '#666', strokeDasharray: '1 3' }),
            text([level], {
              x: () => last,
              y: 'value',
              text: 'title',
              textAnchor: 'end',
              dy: -7,
              fill: '#555',
            }),
          ]),
      ...curves.flatMap(({ points, color, dashes }) => [
        line(points, {
          x: 'step',
          y: 'value',
          stroke: color,
          strokeWidth: 2.2,
          strokeDasharray: dashes,
        }),
        dot(points.slice(-1), { x: 'step', y: 'value', fill: color, r: 3.5 }),
      ]),
    ],
  });
}
