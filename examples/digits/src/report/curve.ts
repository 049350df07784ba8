import { dot, gridY, line, ruleY, text } from '@observablehq/plot';
import { drawSvg } from './svg';

export interface CurvePoint {
  readonly epoch: number;
  readonly value: number;
}

export interface Curve {
  readonly title: string;
  readonly color: string;
  /** SVG dash pattern; empty for a full line. */
  readonly dashes: string;
  readonly points: readonly CurvePoint[];
}

export interface CurvesOptions {
  /** With its unit. */
  readonly yLabel: string;
  /** Default: as the values need. */
  readonly yDomain?: readonly [number, number];
  /** A level to compare with, drawn across and named. */
  readonly level?: { readonly value: number; readonly title: string };
}

/** Whole epochs, not too many. */
function epochTicks(last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((size) => last / size <= 6) ?? Math.ceil(last / 6);
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
}

/** Values over epochs, one line for each curve; returns SVG markup. */
export function drawCurves(
  curves: readonly Curve[],
  { yLabel, yDomain, level }: CurvesOptions,
): string {
  const epochs = curves.flatMap(({ points }) => points.map(({ epoch }) => epoch));
  const first = Math.min(...epochs);
  const last = Math.max(...epochs, first + 1);
  return drawSvg({
    width: 340,
    height: 235,
    marginLeft: 48,
    marginRight: 18,
    marginBottom: 40,
    marginTop: 28,
    style: { fontSize: '12px' },
    x: {
      label: 'epoch',
      labelArrow: 'none',
      labelAnchor: 'center',
      domain: [first, last],
      ticks: epochTicks(last).filter((tick) => tick >= first),
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
          x: 'epoch',
          y: 'value',
          stroke: color,
          strokeWidth: 2.2,
          strokeDasharray: dashes,
        }),
        dot(points.slice(-1), { x: 'epoch', y: 'value', fill: color, r: 3.5 }),
      ]),
    ],
  });
}
