import { dot, text } from '@observablehq/plot';
import { extent, median } from 'd3-array';
import { forceCollide, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force';
import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import type { Point } from '../measure/projections';
import { classColor } from './colors';
import { drawSvg, shortened } from './svg';

const SIZE = 400;
const MARGIN = { marginLeft: 46, marginRight: 12, marginTop: 28, marginBottom: 42 };
const PLOT_WIDTH = SIZE - MARGIN.marginLeft - MARGIN.marginRight;
const PLOT_HEIGHT = SIZE - MARGIN.marginTop - MARGIN.marginBottom;

/** Samples in two dimensions. */
export interface Picture {
  readonly points: readonly Point[];
  /** Positions among the classes. */
  readonly labels: readonly number[];
}

/** Options of {@link drawScatter}. */
export interface ScatterOptions {
  /** With its unit. Default `UMAP 1 (arbitrary units)`. */
  readonly xLabel?: string;
  readonly yLabel?: string;
}

const RULES: OptionRules<ScatterOptions> = { xLabel: rules.text, yLabel: rules.text };

interface Label extends SimulationNodeDatum {
  readonly label: number;
  readonly name: string;
  readonly homeX: number;
  readonly homeY: number;
}

interface Axis {
  readonly domain: readonly [number, number];
  toPixel(value: number): number;
  toValue(pixel: number): number;
}

function axis(values: readonly number[], pixels: number): Axis {
  const [low = 0, high = 1] = extent(values);
  const margin = (high - low || 1) * 0.04;
  const domain = [low - margin, high + margin] as const;
  const unit = (domain[1] - domain[0]) / pixels;
  return {
    domain,
    toPixel: (value) => (value - domain[0]) / unit,
    toValue: (pixel) => domain[0] + pixel * unit,
  };
}

/** A name at the middle of each class, pushed apart where names would lie on each other. */
function placeNames(
  { points, labels }: Picture,
  classes: readonly string[],
  fontSize: number,
  x: Axis,
  y: Axis,
): Label[] {
  const placed = classes.flatMap((name, label): Label[] => {
    const members = points.filter((_, i) => labels[i] === label);
    const middle = [median(members, ([mx]) => mx), median(members, ([, my]) => my)];
    if (middle[0] === undefined || middle[1] === undefined) return [];
    const [homeX, homeY] = [x.toPixel(middle[0]), y.toPixel(middle[1])];
    return [{ label, name: shortened(name), homeX, homeY, x: homeX, y: homeY }];
  });
  // A bold letter is about 0.62 of the font's size wide.
  const radius = (name: string): number => fontSize * Math.max(0.75, 0.31 * name.length + 0.2);
  const inside = (value = 0, size: number, margin: number): number =>
    Math.min(Math.max(value, margin), size - margin);
  forceSimulation(placed)
    .force('x', forceX<Label>((node) => node.homeX).strength(0.2))
    .force('y', forceY<Label>((node) => node.homeY).strength(0.2))
    .force(
      'apart',
      forceCollide<Label>((node) => radius(node.name))
        .strength(1)
        .iterations(8),
    )
    .stop()
    .tick(200);
  for (const node of placed) {
    node.x = inside(node.x, PLOT_WIDTH, radius(node.name));
    node.y = inside(node.y, PLOT_HEIGHT, fontSize / 2);
  }
  return placed;
}

/** Points in two dimensions, coloured and named by class; returns SVG markup. */
export function drawScatter(
  picture: Picture,
  classes: readonly string[],
  options: ScatterOptions = {},
): string {
  assertOptions('drawScatter', options, RULES);
  const { xLabel = 'UMAP 1 (arbitrary units)', yLabel = 'UMAP 2 (arbitrary units)' } = options;
  const x = axis(
    picture.points.map(([value]) => value),
    PLOT_WIDTH,
  );
  const y = axis(
    picture.points.map(([, value]) => value),
    PLOT_HEIGHT,
  );
  const fontSize = classes.every((name) => name.length <= 2) ? 15 : 12;
  const names = placeNames(picture, classes, fontSize, x, y);
  return drawSvg({
    width: SIZE,
    height: SIZE,
    ...MARGIN,
    style: { fontSize: '13px' },
    x: {
      label: xLabel,
      labelArrow: 'none',
      labelAnchor: 'center',
      domain: [...x.domain],
      ticks: 5,
    },
    y: { label: yLabel, labelArrow: 'none', domain: [...y.domain], ticks: 5 },
    marks: [
      dot(picture.points, {
        x: '0',
        y: '1',
        r: 2,
        fill: (_, i) => classColor(picture.labels[i] ?? 0),
        fillOpacity: 0.75,
      }),
      text(names, {
        x: (node: Label) => x.toValue(node.x ?? 0),
        y: (node: Label) => y.toValue(node.y ?? 0),
        text: 'name',
        fontSize,
        fontWeight: 700,
        fill: '#111',
        stroke: 'white',
        strokeWidth: 4,
      }),
    ],
  });
}
