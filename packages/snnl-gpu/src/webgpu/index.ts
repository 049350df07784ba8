/** `snnl-gpu/webgpu`: the fused kernels of the backend `webgpu` alone. */
export { registerWebgpu } from './register';
