import * as tf from '@tensorflow/tfjs-core';
import type { KernelStatus } from 'snnl-layer';
import { kernelFor, softNearestNeighborLoss, UNIT_ROWS } from 'snnl-layer';
import { register } from '../../src/register-all';
import { registerWebgpu } from '../../src/webgpu/register';
import { current, freshBackend, useWebgpu } from './backend';

/** The unit square, classes on opposite edges, T = 1: ln(2 + 1/e). */
async function squareLoss(): Promise<number> {
  const corners = tf.tensor2d([0, 0, 1, 0, 0, 1, 1, 1], [4, 2]);
  const labels = tf.tensor1d([0, 0, 1, 1], 'int32');
  const loss = softNearestNeighborLoss(labels, corners, { distance: 'squaredEuclidean' });
  const [value = Number.NaN] = await loss.data();
  return value;
}

export interface FailuresReport {
  /** Status with one shader broken, by the name of the shader. */
  readonly broken: Readonly<Record<string, KernelStatus>>;
  readonly kernelWhenBroken: string;
  /** Whether a kernel for unit rows is registered then. */
  readonly unitRowsWhenBroken: boolean;
  readonly lossWhenBroken: number;
  readonly good: KernelStatus;
  /** What a second registration says. */
  readonly again: KernelStatus;
  /** What a kernel and a registration say after the loss of the device. */
  readonly errorWhenLost: string;
  readonly lost: KernelStatus;
  readonly fresh: KernelStatus;
  readonly kernelWhenFresh: string;
  readonly lossWhenFresh: number;
}

/** Breaks one shader of the current device: by WGSL that does not compile, or by a wrong number. */
function sabotage(shader: string, change: (code: string) => string): void {
  const { device } = current();
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create({
      ...descriptor,
      code: descriptor.code.includes(`Shader ${shader}.`)
        ? change(descriptor.code)
        : descriptor.code,
    });
}

const SABOTAGES: Record<string, (code: string) => string> = {
  logSums: (code) => code.replace('fn work(', 'fn work(nothing : nonsense, '),
  weights: (code) => code.replace('workgroupBarrier();', 'workgroupBarrier()'),
  mergeGradient: (code) => code.replace('2.0 *', '3.0 *'),
  unitRows: (code) => code.replace('workgroupBarrier();', 'workgroupBarrier()'),
  unitRowsGrad: (code) => code.replace('- u * along', '+ u * along'),
};

export async function failures(): Promise<FailuresReport> {
  await useWebgpu();
  const broken: Record<string, KernelStatus> = {};
  for (const [shader, change] of Object.entries(SABOTAGES)) {
    sabotage(shader, change);
    const { webgpu } = await register();
    broken[shader] = webgpu;
    await freshBackend();
  }
  const kernelWhenBroken = kernelFor('webgpu');
  const unitRowsWhenBroken = tf.getKernel(UNIT_ROWS, 'webgpu') != null;
  const lossWhenBroken = await squareLoss();

  const good = await registerWebgpu();
  const again = await registerWebgpu();
  await squareLoss();
  current().device.destroy();
  await current().device.lost;
  const errorWhenLost = await squareLoss().catch(String);
  const lost = await registerWebgpu();
  await freshBackend();
  const fresh = await registerWebgpu();
  return {
    broken,
    kernelWhenBroken,
    unitRowsWhenBroken,
    lossWhenBroken,
    good,
    again,
    errorWhenLost: String(errorWhenLost),
    lost,
    fresh,
    kernelWhenFresh: kernelFor('webgpu'),
    lossWhenFresh: await squareLoss(),
  };
}
