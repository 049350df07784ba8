import { assertOptions, assertValue, type OptionRules, type Rule, rules } from 'snnl-layer';
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
export type TfvisSurface = SurfaceInfo | HTMLElement;

interface SurfaceInfo {
  readonly name: string;
  readonly tab?: string;
}

const SURFACE_RULES: OptionRules<SurfaceInfo> = {
  name: rules.required(rules.text),
  tab: rules.text,
};

const tfvisRule: Rule<LineChartRenderer> = {
  ...rules.object<LineChartRenderer>('the module @tensorflow/tfjs-vis'),
  allows: ({ render }) => typeof render?.linechart === 'function',
};

/** Elements, and surfaces that tfjs-vis has made. */
const isDrawable = (surface: unknown): boolean =>
  typeof surface === 'object' &&
  surface !== null &&
  ('nodeType' in surface || 'drawArea' in surface);

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
  assertValue('tfvis', tfvis, tfvisRule);
  if (!isDrawable(surface)) assertOptions('surface', surface, SURFACE_RULES);
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
