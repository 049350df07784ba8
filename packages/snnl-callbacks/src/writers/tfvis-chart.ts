import type { LogWriter } from './writer';

/** The part of @tensorflow/tfjs-vis that is needed. */
export interface LineChartRenderer {
  readonly render: {
    /** As of tfjs-vis. */
    linechart(
      container: TfvisSurface,
      data: { values: { x: number; y: number }[][]; series: string[] },
      options: { xLabel: string; yLabel: string },
    ): Promise<void>;
  };
}

/** A place on the page: a surface of the visor, or an element. */
export type TfvisSurface = { readonly name: string; readonly tab?: string } | HTMLElement;

/**
 * Draws with tfjs-vis, in the browser, a line for each layer: its entanglement relative to chance
 * over epochs or batches, 1 fully entangled and 0 disentangled.
 *
 * @param tfvis The module: `import * as tfvis from '@tensorflow/tfjs-vis'`.
 * @param surface Where to draw. Default: the surface Entanglement of the visor.
 */
export function tfvisChart(
  tfvis: LineChartRenderer,
  surface: TfvisSurface = { name: 'Entanglement', tab: 'Training' },
): LogWriter {
  const lines = new Map<string, { x: number; y: number }[]>();
  return {
    name: 'tfvisChart',
    open: () => lines.clear(),
    async write({ step, per, entanglement }) {
      for (const { layer, ratio } of entanglement) {
        lines.set(layer, [...(lines.get(layer) ?? []), { x: step + 1, y: ratio }]);
      }
      await tfvis.render.linechart(
        surface,
        { values: [...lines.values()], series: [...lines.keys()] },
        { xLabel: per, yLabel: 'entanglement relative to chance' },
      );
    },
  };
}
