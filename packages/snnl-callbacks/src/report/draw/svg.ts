import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Attributes that say where something is drawn. */
const GEOMETRY = [
  'd',
  'transform',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'cx',
  'cy',
  'width',
  'height',
];

/** Coordinates to a hundredth of a pixel, which halves the file. */
const rounded = (coordinates: string): string =>
  coordinates.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));

/** Draws with Observable Plot, without a browser; returns the markup of an inline `<svg>`. */
export function drawSvg(options: PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawing = plot({ ...options, document });
  for (const element of Array.from(drawing.querySelectorAll('*'))) {
    for (const name of GEOMETRY) {
      const value = element.getAttribute(name);
      if (value !== null) element.setAttribute(name, rounded(value));
    }
  }
  return drawing.outerHTML;
}

/** A name that fits into a drawing, or beside it. */
export const shortened = (name: string): string =>
  name.length > 14 ? `${name.slice(0, 13)}…` : name;
