import type { KernelFunc } from '@tensorflow/tfjs-core';
import { input } from '../shared/workspace';
import { run } from './run';
import { type Shader, VECTOR_WIDTH } from './shaders/common';
import { UNIT_ROWS_GRAD_SHADERS, UNIT_ROWS_SHADERS } from './shaders/unit-rows';
import { compute, flatUniforms } from './workspace';

/** A factor for each row, then all elements. */
const kernel =
  (names: readonly string[], shaders: { factors: Shader; elements: Shader }): KernelFunc =>
  ({ inputs, backend }) => {
    const [rows = 0, columns = 0] = input(inputs, 'x').shape;
    return compute(backend, [rows, columns], (workspace, output) => {
      const sources = names.map((name) => {
        const source = workspace.flat(input(inputs, name));
        return { texture: [name, source.info] as const, ints: flatUniforms(name, source) };
      });
      const textures = Object.fromEntries(sources.map(({ texture }) => texture));
      const ints = Object.assign({ rows, columns }, ...sources.map((source) => source.ints));
      const area = { width: VECTOR_WIDTH, height: Math.ceil(rows / VECTOR_WIDTH) };
      const factors = workspace.texture(area.width, area.height);
      run(workspace.device, shaders.factors, { inputs: textures, ints, outputs: [factors], area });
      run(workspace.device, shaders.elements, {
        inputs: { ...textures, factors },
        ints: { ...ints, outWidth: output.width },
        outputs: [output.info],
        area: output,
      });
    });
  };

/** The kernel function of `SnnlUnitRows`. */
export const unitRows: KernelFunc = kernel(['x'], UNIT_ROWS_SHADERS);

/** The kernel function of `SnnlUnitRowsGrad`. */
export const unitRowsGrad: KernelFunc = kernel(['x', 'dy'], UNIT_ROWS_GRAD_SHADERS);
