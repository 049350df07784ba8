import { report } from '@snnl/browser-testing/page';
import { registeredKernels, runChecks, stepKernels } from '@snnl/reference/checks';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import type { KernelStatus } from 'snnl-layer';
import { register } from '../src';
import { type UnitRowsReport, unitRowsReport } from './unit-rows';
import { conformityHere } from './webgl/conformance';
import { type EdgesReport, edges, peakBytes } from './webgl/edges';
import {
  type BrokenReport,
  brokenDrivers,
  halfFloatStatus,
  type LostReport,
  loseContext,
} from './webgl/failures';
import {
  type LabelReport,
  labelsOnCpuAndGpu,
  type PanelReport,
  panelsAndBlocks,
} from './webgl/kernels';
import { drawsOfLayer, type StepsReport } from './webgl/steps';
import { type TrainingReport, training } from './webgl/training';

/** What the page tells the test. */
export interface WebglReport {
  readonly status: KernelStatus;
  /** Checks of the conformance suite, and what failed. */
  readonly checks: number;
  readonly failures: readonly string[];
  readonly unitRows: UnitRowsReport;
  readonly labels: LabelReport;
  readonly panels: PanelReport;
  readonly edges: EdgesReport;
  readonly draws: StepsReport;
  readonly training: TrainingReport;
  /** Most bytes on the device while 16384 x 64 features went forward and backward. */
  readonly peakBytes: number;
  readonly halfFloat: KernelStatus;
  readonly broken: BrokenReport;
  readonly lost: LostReport;
}

await report(async (): Promise<WebglReport> => {
  let status: KernelStatus = { fused: false, reason: 'not asked' };
  const prepare = async () => {
    status = (await register()).webgl;
  };
  const adapter = registeredKernels('webgl', prepare, stepKernels);
  await adapter.setup();
  const { checks, failures } = await runChecks(adapter, conformityHere());
  return {
    status,
    checks,
    failures,
    unitRows: await unitRowsReport(),
    labels: await labelsOnCpuAndGpu(),
    panels: await panelsAndBlocks(),
    edges: await edges(),
    draws: await drawsOfLayer(),
    training: await training(),
    peakBytes: await peakBytes(),
    halfFloat: await halfFloatStatus(),
    broken: await brokenDrivers(),
    lost: await loseContext(),
  };
});
