import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { env } from '@tensorflow/tfjs-core';

/** The backend of a kernel, once it is certain that its context can be drawn with. */
export interface WebglDevice {
  readonly backend: MathBackendWebGL;
  readonly gl: WebGL2RenderingContext;
  /** Longest side of a texture. */
  readonly maxSide: number;
  /** Whether a draw can add to float32 targets instead of replacing what they hold. */
  readonly canAdd: boolean;
}

/** Render targets that one draw fills; WebGL 2 promises 4, and all but few devices have 8. */
const TARGETS = 8;

export function isWebgl(backend: object): backend is MathBackendWebGL {
  return 'gpgpu' in backend && 'runWebGLProgram' in backend;
}

/** False also where the process knows no WebGL, such as a server that renders pages. */
function isWebgl2(gl: object): gl is WebGL2RenderingContext {
  return typeof WebGL2RenderingContext !== 'undefined' && gl instanceof WebGL2RenderingContext;
}

/**
 * @returns Why the kernels cannot run on a context, in words; undefined where they can.
 */
export function obstacle(gl: object): string | undefined {
  if (!isWebgl2(gl)) return 'the kernels need WebGL 2';
  if (gl.isContextLost()) return 'the WebGL context of the backend is lost';
  const targets: number = gl.getParameter(gl.MAX_DRAW_BUFFERS);
  if (targets < TARGETS) {
    return `the kernels draw into ${TARGETS} textures at once, and this device has ${targets}`;
  }
  if (!env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
    return (
      'the kernels need float32 render targets, and this device or the flag ' +
      'WEBGL_FORCE_F16_TEXTURES allows float16 only, in which a loss has 3 digits at best'
    );
  }
  return undefined;
}

/** Longest side of a texture, in texels. */
export const maxSide = (): number => env().getNumber('WEBGL_MAX_TEXTURE_SIZE');

/** @throws Error where the context has been lost or cannot run the kernels. */
export function deviceOf(backend: object): WebglDevice {
  if (!isWebgl(backend)) {
    throw new Error("Expected the WebGL backend of tfjs 4, but the backend 'webgl' is another.");
  }
  const context: object = backend.gpgpu.gl;
  if (isWebgl2(context) && context.isContextLost()) {
    throw new Error(
      "The WebGL context of the backend 'webgl' is lost, and with it the values of all tensors " +
        "on it. Remove the backend with tf.removeBackend('webgl'), register it again with " +
        'tf.registerBackend, and build model and tensors anew.',
    );
  }
  const reason = obstacle(context);
  if (reason !== undefined || !isWebgl2(context)) {
    throw new Error(`The fused WebGL kernels cannot run: ${reason}. Use kernel: 'composed'.`);
  }
  return {
    backend,
    gl: context,
    maxSide: maxSide(),
    canAdd: context.getExtension('EXT_float_blend') !== null,
  };
}
