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
