import { describeKernelConformance, type KernelAdapter } from '@snnl/reference/conformance';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from '../kernel-names';
import { registerCpuKernels } from './register';

function adapterFor(backend: string): KernelAdapter {
  const run = (kernel: string, inputs: object, selfOffset: number) =>
    tf.engine().runKernel(kernel, { ...inputs }, { selfOffset }) as tf.Tensor2D;
  return {
    async setup() {
      registerCpuKernels();
      await tf.setBackend(backend);
      await tf.ready();
    },
    forward: (inputs, selfOffset) => run(NEIGHBOR_LOG_SUMS, inputs, selfOffset),
    gradient: (inputs, selfOffset) => run(NEIGHBOR_LOG_SUMS_GRAD, inputs, selfOffset),
  };
}

const tolerance = {
  loss: 1e-6,
  gradient: 1e-5,
  reason: 'exponentials are good to 2.5e-7 and sums are short: ten times that, where 1e-7 was met',
};

for (const backend of ['cpu', 'wasm']) {
  describeKernelConformance(`fused WebAssembly, ${backend} backend`, adapterFor(backend), {
    tolerance,
  });
}
