export { GPU_BACKENDS, type GpuBackend, register } from './register-all';
