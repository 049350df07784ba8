import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Coordinates to a hundredth of a pixel, which halves the file. */
const rounded = (markup: string): string =>
  markup.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));

/** Draws with Observable Plot, without a browser; returns the markup of an inline `<svg>`. */
export function drawSvg(options: PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return rounded(plot({ ...options, document }).outerHTML);
}
