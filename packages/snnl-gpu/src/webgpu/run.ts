import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Program, Uniform, WebgpuBackend } from './device';
import type { Shader } from './shaders/common';

/** What WebGPU promises for a dimension. */
export const MAX_GROUPS = 65535;

/** One run of a shader. */
interface Run<Input extends string, Size extends string> {
  readonly inputs: Readonly<Record<Input, TensorInfo>>;
  readonly sizes: Readonly<Record<Size, number>>;
  /** Workgroups. */
  readonly groups: number;
  /** Written to; its rank, shape and type do not matter to the shader. */
  readonly output: TensorInfo;
}

/**
 * Runs a shader through tfjs, which keeps one pipeline for each shader key.
 *
 * Inputs are passed as if they were scalars and the output as a vector of its first elements: tfjs
 * puts into the key how shapes relate (whether one equals the output's, or would broadcast to it),
 * and would compile the same text again for another batch size. Sizes come as uniforms instead.
 */
export function run<Input extends string, Size extends string>(
  backend: WebgpuBackend,
  shader: Shader<Input, Size>,
  { inputs, sizes, groups, output }: Run<Input, Size>,
): TensorInfo {
  const names = Object.keys(shader.inputs) as Input[];
  const tensors = names.map((name) => inputs[name]);
  for (const tensor of [...tensors, output]) assertBindable(backend, shader.name, tensor);
  if (groups > MAX_GROUPS) {
    throw new RangeError(
      `${shader.name}: expected at most ${MAX_GROUPS} workgroups, but ${groups} are needed. Use ` +
        'fewer samples at a time.',
    );
  }
  const uniforms = shader.sizes.map((size): Uniform => ({ type: 'int32', data: [sizes[size]] }));
  backend.runWebGPUProgram(
    programOf(shader, names, groups),
    tensors.map((tensor) => ({ ...tensor, shape: [] })),
    output.dtype,
    uniforms,
    { ...output, shape: [2] },
  );
  return output;
}

function programOf<Input extends string, Size extends string>(
  shader: Shader<Input, Size>,
  names: Input[],
  groups: number,
): Program {
  return {
    variableNames: names,
    variableComponents: names.map((name) => shader.inputs[name]),
    outputComponent: shader.outputComponents,
    outputShape: [2],
    workgroupSize: [shader.workgroup, 1, 1],
    // One dimension: whether there is a second is part of the key as well.
    dispatchLayout: { x: [0] },
    dispatch: [groups, 1, 1],
    uniforms: shader.sizes.map((size) => `${size} : i32, `).join(''),
    shaderKey: `snnl-${shader.name}`,
    // The comment names the shader to whoever sees only its text.
    getUserCode: () => `// Shader ${shader.name}.
${shader.code}
fn main(index : i32) {
  work(index / ${shader.workgroup}, i32(localIndex));
}
`,
  };
}

/** A buffer beyond the device's limit makes an invalid bind group: no exception, results of 0. */
function assertBindable(backend: WebgpuBackend, name: string, { shape }: TensorInfo): void {
  const bytes = 4 * util.sizeFromShape(shape);
  const limit = backend.device.limits.maxStorageBufferBindingSize;
  if (bytes <= limit) return;
  throw new RangeError(
    `${name}: expected buffers of at most ${limit} bytes, the limit of this WebGPU device, but ` +
      `one takes ${bytes}. Use fewer samples or features at a time.`,
  );
}
