import { registeredKernels } from '@snnl/reference/checks';
import { describeKernelConformance } from '@snnl/reference/conformance';
import { useTensorflow } from './testing';

describeKernelConformance(
  'native kernels on tensorflow',
  registeredKernels('tensorflow', useTensorflow),
);
