import {
  type ConformanceResult,
  registeredKernels,
  runChecks,
  stepKernels,
} from '@snnl/reference/checks';
import type { KernelStatus } from 'snnl-layer';
import { registerWebgpu } from '../../src/webgpu/register';
import { useWebgpu } from './backend';

/** float32 throughout; exp2 and log2 of a GPU are good to a few units in the last place. */
const TOLERANCE = { loss: 1e-5, gradient: 1e-5, reason: 'exp2 and log2 of shaders' };

/** The whole conformance suite. */
export async function conformance(): Promise<ConformanceResult & { status: KernelStatus }> {
  const prepare = async () => {
    await useWebgpu();
    await registerWebgpu();
  };
  const adapter = registeredKernels('webgpu', prepare, stepKernels);
  await adapter.setup();
  const result = await runChecks(adapter, { tolerance: TOLERANCE, runs: 10 });
  return { ...result, status: await registerWebgpu() };
}
