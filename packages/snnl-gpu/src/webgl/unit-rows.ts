import type { KernelBackend, KernelFunc } from '@tensorflow/tfjs-core';
import { flat, input, place } from './flat';
import { VECTOR_WIDTH } from './glsl/common';
import { UNIT_ROWS_GRAD_SHADERS, UNIT_ROWS_SHADERS } from './glsl/unit-rows';
import { withOutput } from './output';
import { run, type Shader } from './pass';

/** A factor for each row, then all elements. */
const kernel =
  (names: readonly string[], shaders: { factors: Shader; elements: Shader }): KernelFunc =>
  ({ inputs, backend }) => {
    const [rows = 0, columns = 0] = input(inputs, 'x').shape;
    return withOutput(
      backend as KernelBackend,
      [rows, columns],
      ({ device, scratch, output, outWidth, outHeight }) => {
        const sources = names.map((name) => {
          const source = flat(device, scratch, input(inputs, name));
          return { texture: [name, source.info] as const, ints: place(name, source) };
        });
        const textures = Object.fromEntries(sources.map(({ texture }) => texture));
        const ints = Object.assign({ rows, columns }, ...sources.map((source) => source.ints));
        const area = { width: VECTOR_WIDTH, height: Math.ceil(rows / VECTOR_WIDTH) };
        const factors = scratch.texture(area.width, area.height);
        run(device, shaders.factors, { inputs: textures, ints, outputs: [factors], area });
        run(device, shaders.elements, {
          inputs: { ...textures, factors },
          ints: { ...ints, outWidth },
          outputs: [output],
          area: { width: outWidth, height: outHeight },
        });
      },
    );
  };

/** The kernel function of `SnnlUnitRows`. */
export const unitRows: KernelFunc = kernel(['x'], UNIT_ROWS_SHADERS);

/** The kernel function of `SnnlUnitRowsGrad`. */
export const unitRowsGrad: KernelFunc = kernel(['x', 'dy'], UNIT_ROWS_GRAD_SHADERS);
