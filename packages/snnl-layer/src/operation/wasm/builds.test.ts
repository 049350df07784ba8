import { setFlagsFromString } from 'node:v8';
import { batchKernels } from '@snnl/reference/checks';
import { describeKernelConformance, type KernelAdapter } from '@snnl/reference/conformance';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { CROSS_LOG_SUMS, NEIGHBOR_LOG_SUMS, NEIGHBOR_LOG_SUMS_GRAD } from '../contract';
import { bestBuild, compileKernels, type KernelBuild } from './builds';
import { registerCpuKernels } from './register';
import { useKernels } from './runtime';

// Node 20 has relaxed SIMD behind a flag; later versions have it without.
if (bestBuild() !== 'relaxed') setFlagsFromString('--experimental-wasm-relaxed-simd');

function adapterFor(build: KernelBuild, shared: boolean): KernelAdapter {
  const run = (kernel: string, inputs: object, selfOffset: number) =>
    tf.engine().runKernel(kernel, { ...inputs }, { selfOffset }) as tf.Tensor2D;
  return {
    async setup() {
      registerCpuKernels();
      useKernels(compileKernels(build, shared));
      await tf.setBackend('cpu');
      await tf.ready();
    },
    forward: (inputs, selfOffset) => run(NEIGHBOR_LOG_SUMS, inputs, selfOffset),
    gradient: (inputs, selfOffset) => run(NEIGHBOR_LOG_SUMS_GRAD, inputs, selfOffset),
    cross: (inputs) => run(CROSS_LOG_SUMS, inputs, -1),
    ...batchKernels,
  };
}

describeKernelConformance('relaxed SIMD build, shared memory', adapterFor('relaxed', true));
describeKernelConformance('SIMD build, memory not shared', adapterFor('simd', false));
describeKernelConformance('scalar build', adapterFor('scalar', false));
