import type { GPGPUContext } from '@tensorflow/tfjs-backend-webgl';
import { COMMON } from './glsl/common';
import type { Shader } from './pass';

export interface Program {
  readonly program: ReturnType<GPGPUContext['createProgram']>;
  readonly locations: ReadonlyMap<string, WebGLUniformLocation>;
}

function sourceOf({ textures, ints, targets, body }: Shader): string {
  const outputs = Array.from({ length: targets }, (_, index) => index);
  return [
    '#version 300 es',
    'precision highp float;',
    'precision highp int;',
    'precision highp sampler2D;',
    ...textures.map((name) => `uniform sampler2D ${name};`),
    ...ints.map((name) => `uniform int ${name};`),
    ...outputs.map((index) => `layout(location = ${index}) out vec4 out${index};`),
    COMMON,
    body,
  ].join('\n');
}

/** @throws Error with the driver's own words where it does not compile a shader. */
export function compile(gpgpu: GPGPUContext, gl: WebGL2RenderingContext, shader: Shader): Program {
  const fragment = gl.createShader(gl.FRAGMENT_SHADER);
  if (!fragment) throw new Error('WebGL made no shader; its context may have been lost.');
  gl.shaderSource(fragment, sourceOf(shader));
  gl.compileShader(fragment);
  if (!gl.getShaderParameter(fragment, gl.COMPILE_STATUS) && !gl.isContextLost()) {
    throw new Error(`The shader ${shader.name} did not compile: ${gl.getShaderInfoLog(fragment)}`);
  }
  const program = gpgpu.createProgram(fragment);
  gpgpu.buildVao(program);
  const locations = new Map<string, WebGLUniformLocation>();
  for (const name of [...shader.textures, ...shader.ints]) {
    const location = gl.getUniformLocation(program, name);
    if (location) locations.set(name, location);
  }
  return { program, locations };
}
