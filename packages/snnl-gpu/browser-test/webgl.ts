import { report } from '@snnl/browser-testing/page';
import { registeredKernels, runChecks } from '@snnl/reference/checks';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import type { KernelStatus } from 'snnl-layer';
import { register } from '../src';
import { unitRowsReport } from './unit-rows';
import { brokenDrivers } from './webgl-broken';
import { drawsOfLayer } from './webgl-draws';
import { labelsOnCpuAndGpu } from './webgl-labels';
import { lossKernels } from './webgl-loss';
import { peakBytes } from './webgl-memory';
import { halfFloatStatus, loseContext } from './webgl-obstacles';
import { panelsAndBlocks } from './webgl-panels';
import { conformityHere, type WebglReport } from './webgl-report';
import { scales } from './webgl-scales';
import { training } from './webgl-training';

await report(async (): Promise<WebglReport> => {
  let status: KernelStatus = { fused: false, reason: 'not asked' };
  const adapter = registeredKernels('webgl', async () => {
    status = (await register()).webgl;
  });
  await adapter.setup();
  const { checks, failures } = await runChecks(adapter, conformityHere());
  return {
    status,
    checks,
    failures,
    unitRows: await unitRowsReport(),
    labels: await labelsOnCpuAndGpu(),
    panels: await panelsAndBlocks(),
    loss: await lossKernels(),
    scales: await scales(),
    draws: await drawsOfLayer(),
    training: await training(),
    peakBytes: await peakBytes(),
    halfFloat: await halfFloatStatus(),
    broken: await brokenDrivers(),
    lost: await loseContext(),
  };
});
