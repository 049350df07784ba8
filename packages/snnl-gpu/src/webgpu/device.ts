import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** What of a `GPUDevice` is used here. */
export interface Device {
  readonly limits: { readonly maxStorageBufferBindingSize: number };
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  createShaderModule(descriptor: { code: string; label?: string }): ShaderModule;
  pushErrorScope(filter: 'validation' | 'out-of-memory' | 'internal'): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

export interface ShaderModule {
  getCompilationInfo(): Promise<{ readonly messages: readonly CompilationMessage[] }>;
}

export interface CompilationMessage {
  readonly type: string;
  readonly message: string;
  readonly lineNum: number;
}

/** A value of a program's uniform struct, in the order of its declaration. */
export interface Uniform {
  type: 'int32' | 'float32';
  data: number[];
}

/** A program as tfjs runs it: `WebGPUProgram` of tfjs-backend-webgpu, dist/webgpu_program.d.ts. */
export interface Program {
  readonly variableNames: string[];
  readonly variableComponents: number[];
  outputComponent: number;
  readonly outputShape: number[];
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { x: number[] };
  dispatch: [number, number, number];
  readonly uniforms: string;
  shaderKey: string;
  getUserCode(): string;
}

/**
 * What of tfjs's `WebGPUBackend` is used here. Its own type is not imported, since it pulls in the
 * types of WebGPU, which users would then need as well.
 */
export interface WebgpuBackend extends KernelBackend {
  readonly device: Device;
  readonly adapterInfo?: { readonly vendor?: string; readonly architecture?: string };
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array | Int32Array): TensorInfo;
  runWebGPUProgram(
    program: Program,
    inputs: TensorInfo[],
    outputDtype: DataType,
    uniforms: Uniform[],
    output: TensorInfo,
  ): TensorInfo;
}

/** Why the device of a backend is gone; backends not in it are watched from their first use on. */
const losses = new WeakMap<WebgpuBackend, { reason?: string }>();

function watched(backend: WebgpuBackend): { reason?: string } {
  const known = losses.get(backend);
  if (known) return known;
  const loss: { reason?: string } = {};
  losses.set(backend, loss);
  void backend.device.lost.then(({ reason, message }) => {
    loss.reason = message ? `${reason}: ${message}` : reason;
  });
  return loss;
}

/** Why the device is gone, or undefined where it is not. */
export function deviceLoss(backend: WebgpuBackend): string | undefined {
  return watched(backend).reason;
}

/** What to do about it, in words. */
export const AFTER_LOSS =
  "Remove the backend (tf.removeBackend('webgpu')), register and set a new one, and call register() of snnl-gpu again";

/** @throws Error where the device is gone: tfjs itself would go on and give zeros. */
export function assertNotLost(backend: WebgpuBackend): void {
  const reason = deviceLoss(backend);
  if (reason === undefined) return;
  throw new Error(`The WebGPU device of the backend is lost (${reason}). ${AFTER_LOSS}.`);
}
