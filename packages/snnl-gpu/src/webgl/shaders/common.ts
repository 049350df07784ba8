import { MISSING_LABEL } from 'snnl-layer';

/** A fragment shader and what it reads and writes. */
export interface Shader {
  readonly name: string;
  readonly textures: readonly string[];
  /** Uniforms of type int. */
  readonly ints: readonly string[];
  readonly targets: number;
  readonly body: string;
}

/** Anchors whose results one fragment of the gradient holds, one for each of the 8 targets. */
export const ANCHORS = 8;

/** Rows of points are filled up to a multiple of it, so that no fragment reads beyond them. */
export const ROWS = 16;

/** Width of a texture that holds a vector, 4 values a texel. */
export const VECTOR_WIDTH = 256;

/** Blocks of anchors below each other in a texture; more stand beside them. */
export const BLOCKS_HIGH = 4096;

/**
 * What all shaders share.
 *
 * Points `[rows, D]` lie 4 features a texel, `depth` texels a row, 2^shift rows side by side. They
 * are scaled by 2^-powerOf(T), which is exact: distances are then of the order of a temperature from
 * 1 up to 4, and lose no bit on their way out in units of T and back. Flat textures are those of
 * unpacked tfjs tensors. Nothing here relies on NaN in a comparison: what is not finite is
 * recognised by its bits once, in `marks`, and marked by a large number.
 */
export const COMMON = `
const float LOG2E = 1.4426950408889634;
const float LN2 = 0.6931471805599453;
// Distances that stand for: no such pair, and for: not finite.
const float ABSENT = 1e38;
const float SPOILT = 2e38;
// The largest squared norm that counts as finite: no distance is then beyond 4 times it.
const float LARGEST = 1e37;
// Beyond every distance of a pair that counts, nearer than those of pairs that do not.
const float FAR = 0.9e38;
// The label of a sample that has none, which is marked as absent.
const float MISSING_LABEL = ${MISSING_LABEL}.0;

bool absent(float mark) { return mark > 0.5e38 && mark < 1.5e38; }
bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }
float nan() { return uintBitsToFloat(0x7fc00000u); }
// Half the binary exponent of a temperature, rounded down; 2^power.
int powerOf(float T) { return (int((floatBitsToUint(T) >> 23) & 0xffu) - 127) >> 1; }
float two(int power) { return uintBitsToFloat(uint(127 + power) << 23); }
// The temperature of scaled points, from 1 up to 4.
float scaledTemperature(float T) { return T * two(-powerOf(T)) * two(-powerOf(T)); }
ivec2 vectorAt(int texel) { return ivec2(texel & ${VECTOR_WIDTH - 1}, texel >> 8); }
vec4 at4(sampler2D v, int texel) { return texelFetch(v, vectorAt(texel), 0); }
float at1(sampler2D v, int i) { return at4(v, i >> 2)[i & 3]; }
float flatAt(sampler2D t, int width, int i) { return texelFetch(t, ivec2(i % width, i / width), 0).r; }
ivec2 rowAt(int row, int depth, int shift) {
  return ivec2((row & ((1 << shift) - 1)) * depth, row >> shift);
}
// Blocks of anchors, \`stride\` texels each.
ivec2 blockAt(int block, int stride) {
  return ivec2((block / ${BLOCKS_HIGH}) * stride, block & ${BLOCKS_HIGH - 1});
}
float sum4(vec4 v) { return (v.x + v.y) + (v.z + v.w); }
float max4(vec4 v) { return max(max(v.x, v.y), max(v.z, v.w)); }
float min4(vec4 v) { return min(min(v.x, v.y), min(v.z, v.w)); }
`;

/** 0 to count - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** \`make\` for each index, one below the other. */
export const lines = (count: number, make: (index: number) => string): string =>
  range(count).map(make).join('\n');

/** The texel `at` of one of the textures `prefix0` to `prefix7`. */
export const pick = (prefix: string): string => `
vec4 pick(int a, ivec2 at) {
  switch (a) {
    ${lines(ANCHORS - 1, (a) => `case ${a}: return texelFetch(${prefix}${a}, at, 0);`)}
    default: return texelFetch(${prefix}${ANCHORS - 1}, at, 0);
  }
}`;
