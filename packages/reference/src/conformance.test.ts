import '@tensorflow/tfjs-backend-cpu';
import { describeKernelConformance } from './conformance.js';
import { naiveAdapter } from './naive-adapter.js';

describeKernelConformance('naive operations on the cpu backend', naiveAdapter);
