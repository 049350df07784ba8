/** Anchors and candidates that one fragment works on at a time. */
export const ANCHORS = 8;
export const CANDIDATES = 8;

/** Width of a texture that holds a vector, 4 values a texel. */
export const VECTOR_WIDTH = 256;

/** Blocks of anchors below each other in a texture; more stand beside them. */
export const BLOCKS_HIGH = 4096;

/**
 * What all shaders share.
 *
 * Points `[rows, D]` lie 4 features a texel, `depth` texels a row, 2^shift rows side by side.
 * Flat textures are those of unpacked tfjs tensors. Nothing here relies on NaN in a comparison:
 * what is not finite is recognised by its bits once, in `norms`, and marked by a large number.
 */
export const COMMON = `
const float LOG2E = 1.4426950408889634;
const float LN2 = 0.6931471805599453;
// Squared norms and scores that stand for: no such pair, and for: not finite.
const float ABSENT = 1e38;
const float SPOILT = 2e38;
const float LARGEST = 1e37;
// Below every score of a pair that counts, above those of pairs that do not.
const float FLOOR = -0.9e38;

bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }
float nan() { return uintBitsToFloat(0x7fc00000u); }
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
`;

/** 0 to count - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** \`make\` for each index, one below the other. */
export const lines = (count: number, make: (index: number) => string): string =>
  range(count).map(make).join('\n');
