import '@tensorflow/tfjs-backend-cpu';
import { describeKernelConformance } from './conformance.js';
import { naiveAdapter } from './naive-adapter.js';

describeKernelConformance('naive operations on the cpu backend', naiveAdapter, {
  tolerance: {
    loss: 1e-7,
    gradient: 1e-7,
    reason: 'centred float32 sums stay within the bounds of roundoff.ts alone',
  },
});
