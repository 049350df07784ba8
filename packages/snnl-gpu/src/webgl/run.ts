import type { GPGPUContext } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebglDevice } from './device';
import { COMMON, type Shader } from './shaders/common';

/** One draw. */
export interface Draw {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly ints: Readonly<Record<string, number>>;
  readonly outputs: readonly TensorInfo[];
  /** Texels to fill; those outside keep what they held. */
  readonly area: { readonly x?: number; readonly y?: number; width: number; height: number };
  /** Adds to what the targets hold, see `canAdd` of the device. */
  readonly add?: boolean;
}

interface Program {
  readonly program: ReturnType<GPGPUContext['createProgram']>;
  readonly locations: ReadonlyMap<string, WebGLUniformLocation>;
}

interface Cache {
  readonly programs: Map<Shader, Program>;
  readonly framebuffers: Map<number, WebGLFramebuffer>;
}

/** Of each context; gone with it. */
const caches = new WeakMap<GPGPUContext, Cache>();

function cacheOf(gpgpu: GPGPUContext): Cache {
  const known = caches.get(gpgpu);
  if (known) return known;
  const made: Cache = { programs: new Map(), framebuffers: new Map() };
  caches.set(gpgpu, made);
  return made;
}

/**
 * Runs a shader over an area of its targets. tfjs draws into one target only, hence this; all
 * state that tfjs relies on, it sets anew before each of its own draws.
 */
export function run({ backend, gl }: WebglDevice, shader: Shader, draw: Draw): void {
  const { gpgpu } = backend;
  const cache = cacheOf(gpgpu);
  let program = cache.programs.get(shader);
  if (!program) {
    program = compile(gpgpu, gl, shader);
    cache.programs.set(shader, program);
  }
  bindTargets(
    gl,
    cache,
    draw.outputs.map((output) => backend.getTexture(output.dataId)),
  );
  const { x = 0, y = 0, width, height } = draw.area;
  gl.viewport(x, y, width, height);
  gl.scissor(x, y, width, height);
  gpgpu.setProgram(program.program);
  gpgpu.bindVertexArray(program.program.vao);
  for (const [unit, name] of shader.textures.entries()) {
    const input = draw.inputs[name];
    const location = program.locations.get(name);
    if (!input) throw new Error(`Expected a texture '${name}' for ${shader.name}, but got none.`);
    if (location) gpgpu.setInputMatrixTexture(backend.getTexture(input.dataId), location, unit);
  }
  for (const name of shader.ints) {
    const value = draw.ints[name];
    if (value === undefined) throw new Error(`Expected '${name}' for ${shader.name}.`);
    gl.uniform1i(program.locations.get(name) ?? null, value);
  }
  if (draw.add) {
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
  }
  gpgpu.executeProgram();
  gl.disable(gl.BLEND);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gpgpu.framebuffer);
}

function bindTargets(gl: WebGL2RenderingContext, cache: Cache, textures: WebGLTexture[]): void {
  const count = textures.length;
  let framebuffer = cache.framebuffers.get(count);
  const fresh = framebuffer === undefined;
  framebuffer ??= gl.createFramebuffer();
  cache.framebuffers.set(count, framebuffer);
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  const points = textures.map((_, index) => gl.COLOR_ATTACHMENT0 + index);
  for (const [index, texture] of textures.entries()) {
    const point = gl.COLOR_ATTACHMENT0 + index;
    gl.framebufferTexture2D(gl.FRAMEBUFFER, point, gl.TEXTURE_2D, texture, 0);
  }
  if (!fresh) return;
  gl.drawBuffers(points);
  const status = gl.checkFramebufferStatus(gl.FRAMEBUFFER);
  if (status === gl.FRAMEBUFFER_COMPLETE) return;
  // Draws into it would do nothing, in silence.
  cache.framebuffers.delete(count);
  gl.deleteFramebuffer(framebuffer);
  throw new Error(
    `WebGL cannot draw into ${count} float32 textures at once here (framebuffer status ${status}).`,
  );
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
function compile(gpgpu: GPGPUContext, gl: WebGL2RenderingContext, shader: Shader): Program {
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
