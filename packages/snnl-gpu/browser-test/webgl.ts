import { report } from '@snnl/browser-testing/page';
import { registeredKernels, runChecks } from '@snnl/reference/checks';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import { type KernelStatus, register } from '../src';
import { unitRowsReport } from './unit-rows';
import { brokenDrivers } from './webgl-broken';
import { labelsOnCpuAndGpu } from './webgl-labels';
import { peakBytes } from './webgl-memory';
import { halfFloatStatus, loseContext } from './webgl-obstacles';
import { panelsAndBlocks } from './webgl-panels';
import { conformity, type WebglReport } from './webgl-report';
import { training } from './webgl-training';

await report(async (): Promise<WebglReport> => {
  let status: KernelStatus = { fused: false, reason: 'not asked' };
  const adapter = registeredKernels('webgl', async () => {
    status = (await register()).webgl;
  });
  await adapter.setup();
  const { checks, failures } = await runChecks(adapter, conformity);
  return {
    status,
    checks,
    failures,
    unitRows: await unitRowsReport(),
    labels: await labelsOnCpuAndGpu(),
    panels: await panelsAndBlocks(),
    training: await training(),
    peakBytes: await peakBytes(),
    halfFloat: await halfFloatStatus(),
    broken: await brokenDrivers(),
    lost: await loseContext(),
  };
});
