import { setFlagsFromString } from 'node:v8';
import { optionalKernels, registeredKernels } from '@snnl/reference/checks';
import { describeKernelConformance, type KernelAdapter } from '@snnl/reference/conformance';
import '@tensorflow/tfjs-backend-cpu';
import { bestBuild, compileKernels, type KernelBuild } from './builds';
import { registerCpuKernels } from './register';
import { useKernels } from './runtime';

// Node 20 has relaxed SIMD behind a flag; later versions have it without.
if (bestBuild() !== 'relaxed') setFlagsFromString('--experimental-wasm-relaxed-simd');

const adapterFor = (build: KernelBuild, shared: boolean): KernelAdapter =>
  registeredKernels(
    'cpu',
    () => {
      registerCpuKernels();
      useKernels(compileKernels(build, shared));
    },
    optionalKernels,
  );

describeKernelConformance('relaxed SIMD build, shared memory', adapterFor('relaxed', true));
describeKernelConformance('SIMD build, memory not shared', adapterFor('simd', false));
describeKernelConformance('scalar build', adapterFor('scalar', false));
