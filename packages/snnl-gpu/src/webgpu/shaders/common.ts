import { MISSING_LABEL } from 'snnl-layer';

/** A shader: all that its compiled pipeline depends on. */
export interface Shader<Input extends string, Size extends string> {
  readonly name: string;
  /** Input buffers in the order of their bindings, each with its components: 1 scalar, 4 `vec4`. */
  readonly inputs: { readonly [name in Input]: 1 | 4 };
  readonly outputComponents: 1 | 4;
  /** Invocations of a workgroup. */
  readonly workgroup: number;
  /** Members of the uniform struct, all of them i32. */
  readonly sizes: readonly Size[];
  /**
   * WGSL that declares `fn work(group : i32, local : i32)`, of a workgroup and an invocation in it.
   * Buffers go by their names, the output is `result`, sizes are members of `uniforms`.
   */
  readonly code: string;
}

/** A shader whose type knows the names of its inputs and sizes. */
export const shaderOf = <Input extends string, Size extends string>(
  shader: Shader<Input, Size>,
): Shader<Input, Size> => shader;

/** Side of a square tile of pairs. */
export const TILE = 64;
/** Invocations that share a tile, an 8 x 8 grid of them with 8 x 8 pairs each. */
export const TILE_INVOCATIONS = 64;
/** Features (or candidates) that go through workgroup memory at a time. */
export const STEP = 16;
/** Features that are summed up before they join a total: sums of more are made in levels. */
export const LEVEL = 512;
/** `vec4`s of one row of a panel. */
export const PANEL_VECTORS = TILE / 4;

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** `make(0) + make(1) + ...`: loops are written out, so that accumulators stay in registers. */
export const unrolled = (count: number, make: (index: number) => string): string =>
  range(count).map(make).join('\n');

/**
 * WGSL shared by all shaders. Compilers may assume that no number is NaN or Infinity, so that
 * `x != x` may be folded to false: bits tell.
 */
export const COMMON = `
/** The label of a sample that has none: panels tell it by a squared norm of -1. */
const MISSING_LABEL = ${MISSING_LABEL};
fn isFinite(value : f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}
`;
