import type { ShaderModule, WebgpuBackend } from './device';

/**
 * Runs `use`, and then looks at what became of every shader that was compiled meanwhile. An error in
 * WGSL throws nowhere: its pipeline is invalid, and its results are zeros.
 *
 * @throws Error with the first message of a compiler, or of the validation.
 */
export async function checkingShaders(
  { device }: WebgpuBackend,
  use: () => Promise<void>,
): Promise<void> {
  const compiled: { name: string; module: ShaderModule }[] = [];
  const createShaderModule = device.createShaderModule;
  device.createShaderModule = (descriptor) => {
    const module = createShaderModule.call(device, descriptor);
    const [, name = 'a shader'] = /\/\/ Shader (\w+)/.exec(descriptor.code) ?? [];
    compiled.push({ name, module });
    return module;
  };
  device.pushErrorScope('validation');
  let failure: unknown;
  try {
    await use();
  } catch (error) {
    failure = error;
  } finally {
    device.createShaderModule = createShaderModule;
  }
  const invalid = await device.popErrorScope();
  for (const { name, module } of compiled) {
    const { messages } = await module.getCompilationInfo();
    const error = messages.find(({ type }) => type === 'error');
    if (error) throw new Error(`${name}, line ${error.lineNum}: ${error.message}`);
  }
  if (invalid) throw new Error(invalid.message);
  if (failure) throw failure;
}
