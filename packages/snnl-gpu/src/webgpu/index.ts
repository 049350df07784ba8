/** `snnl-gpu/webgpu`: the fused kernels of the backend `webgpu` alone. */
export type { KernelStatus } from '../status';
export { registerWebgpu } from './register';
