import { report } from '@snnl/browser-testing/page';
import {
  type ConformanceResult,
  registeredKernels,
  runChecks,
  stepKernels,
} from '@snnl/reference/checks';
import '@tensorflow/tfjs-backend-webgl';
import { type KernelStatus, kernelStatus } from 'snnl-layer';
import { type Steadiness, steadiness } from '../../snnl-layer/browser-test/steadiness';
import { register } from '../src';
import { conformityHere } from './webgl/conformance';

/** What the page tells the test. */
export interface EngineReport extends ConformanceResult {
  readonly status: KernelStatus;
  readonly steadiness: Steadiness;
}

/** Sizes whose only news is time, where a processor draws. */
const LARGE = /401|1271/;

await report(async (): Promise<EngineReport> => {
  const adapter = registeredKernels('webgl', register, stepKernels);
  await adapter.setup();
  const steady = await steadiness('webgl');
  const conformance = await runChecks(adapter, { ...conformityHere(LARGE), runs: 2 });
  return { ...conformance, status: kernelStatus('webgl'), steadiness: steady };
});
