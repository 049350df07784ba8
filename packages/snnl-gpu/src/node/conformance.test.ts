import { optionalKernels, registeredKernels } from '@snnl/reference/checks';
import { describeKernelConformance } from '@snnl/reference/conformance';
import { useTensorflow } from './testing';

describeKernelConformance(
  'native kernels on tensorflow',
  registeredKernels('tensorflow', useTensorflow, optionalKernels),
  {
    tolerance: { loss: 1e-6, gradient: 1e-5, reason: 'exponentials are good to 2.5 x 2^-23' },
  },
);
