import { describeKernelConformance } from '@snnl/reference/conformance';
import { BACKENDS, useBackend } from '../../testing/backends';
import { composedLogSumsGrad } from './gradient';
import { composedLogSums } from './log-sums';

for (const backend of BACKENDS) {
  describeKernelConformance(`composed on ${backend}`, {
    setup: () => useBackend(backend),
    forward: (inputs, selfOffset) => composedLogSums(inputs, selfOffset),
    gradient: (inputs, selfOffset) => composedLogSumsGrad(inputs, selfOffset),
  });
}

// Blocks of one to a few rows: every case crosses block borders, and large ones only take longer.
describeKernelConformance(
  'composed in tiny blocks on cpu',
  {
    setup: () => useBackend('cpu'),
    forward: (inputs, selfOffset) => composedLogSums(inputs, selfOffset, 50),
    gradient: (inputs, selfOffset) => composedLogSumsGrad(inputs, selfOffset, 50),
  },
  { skip: /401 samples of 401|1271/ },
);
