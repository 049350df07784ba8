export { register } from './register-all';
export { GPU_BACKENDS, type GpuBackend, type KernelStatus, status } from './status';
