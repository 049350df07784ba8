import type { Distance, KernelKind } from 'snnl-layer';
import type { Comparison } from '../compare';
import type { Size } from '../options';
import type { Peak } from '../peak-bytes';
import type { BenchRecord } from '../record';
import type { StepModel, StepTimes } from '../step';

/** Backends that run in Chromium. */
export const BROWSER_BACKENDS = ['webgl', 'webgpu'] as const;
export type BrowserBackend = (typeof BROWSER_BACKENDS)[number];

export interface PageMemory extends Peak {
  readonly kernel: KernelKind;
}

/** All of it can be sent as JSON: the peers do not run in a browser. */
export type PageComparison = Omit<Comparison, 'peers'>;

/** What the page can do for the process that opened it; all goes through JSON. */
export interface PageMeasures {
  /** Makes the backend the current one; returns the name of its adapter and what kernels run. */
  start(backend: BrowserBackend): Promise<string>;
  times(comparison: PageComparison): Promise<BenchRecord>;
  memory(size: Size, distance: Distance): Promise<PageMemory>;
  step(model: StepModel, repeats: number): Promise<StepTimes>;
}
