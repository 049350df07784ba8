import { optionalKernels, registeredKernels } from '@snnl/reference/checks';
import { describeKernelConformance } from '@snnl/reference/conformance';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { registerCpuKernels } from './register';

const tolerance = {
  loss: 1e-6,
  gradient: 1e-5,
  reason: 'exponentials are good to 2.5e-7 and sums are short: ten times that, where 1e-7 was met',
};

for (const backend of ['cpu', 'wasm']) {
  const adapter = registeredKernels(backend, registerCpuKernels, optionalKernels);
  describeKernelConformance(`fused WebAssembly, ${backend} backend`, adapter, { tolerance });
}
