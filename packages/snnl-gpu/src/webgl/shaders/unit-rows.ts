import { type Shader, VECTOR_WIDTH } from './common';

/** Terms that are added before they join the total: long float32 sums lose digits. */
const TERMS = 16;

const shapeOf = (gradient: boolean) => ({
  targets: 1,
  textures: gradient ? ['x', 'dy'] : ['x'],
  ints: ['rows', 'columns', 'xWidth', 'xOffset', ...(gradient ? ['dyWidth', 'dyOffset'] : [])],
});

/**
 * Of each row of x [rows, columns] the texel (s, 1 / |s x|, u . dy, spoilt), u = x / |x|, with s a
 * power of two that keeps |s x|^2 in range. A zero row has s = 0 and 0 for 1 / |s x|. Entries below
 * 2^-126 count as 0, as on most devices anyway.
 */
const factors = (gradient: boolean): Shader => ({
  ...shapeOf(gradient),
  name: gradient ? 'unit-row-gradient-factors' : 'unit-row-factors',
  body: `
// As integers, magnitudes are in the order of the numbers, infinity and NaN above all others.
uint magnitude(float v) { return floatBitsToUint(v) & 0x7fffffffu; }
ivec2 placeOf(int i, int width) { return ivec2(i % width, i / width); }
float take(sampler2D t, inout ivec2 at, int width) {
  float v = texelFetch(t, at, 0).r;
  at.x++;
  if (at.x == width) at = ivec2(0, at.y + 1);
  return v;
}
void main() {
  int row = int(gl_FragCoord.y) * ${VECTOR_WIDTH} + int(gl_FragCoord.x);
  out0 = vec4(0);
  if (row >= rows) return;
  ivec2 start = placeOf(xOffset + row * columns, xWidth);
  ivec2 at = start;
  uint largest = 0u;
  for (int k = 0; k < columns; k++) largest = max(largest, magnitude(take(x, at, xWidth)));
  uint exponent = min(largest >> 23, 253u);
  float scale = exponent == 0u ? 0.0 : uintBitsToFloat((254u - exponent) << 23);
  at = start;
  ${gradient ? 'ivec2 atDy = placeOf(dyOffset + row * columns, dyWidth);' : ''}
  float square = 0.0, along = 0.0;
  for (int k = 0; k < columns; k += ${TERMS}) {
    float squares = 0.0, products = 0.0;
    for (int i = k; i < min(k + ${TERMS}, columns); i++) {
      float v = take(x, at, xWidth) * scale;
      squares += v * v;
      ${gradient ? 'products += v * take(dy, atDy, dyWidth);' : ''}
    }
    square += squares;
    along += products;
  }
  float inverse = exponent == 0u ? 0.0 : 1.0 / sqrt(square);
  bool spoilt = largest >= 0x7f800000u || !finite(along);
  out0 = vec4(scale, inverse, along * inverse, spoilt);
}`,
});

/** Elements of the result, in a flat texture, from the factors of their rows. */
const elements = (gradient: boolean): Shader => {
  const { textures, ints, targets } = shapeOf(gradient);
  return {
    targets,
    name: gradient ? 'unit-rows-gradient' : 'unit-rows',
    textures: [...textures, 'factors'],
    ints: [...ints, 'outWidth'],
    body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int i = at.y * outWidth + at.x;
  int row = i / columns;
  out0 = vec4(0);
  if (row >= rows) return;
  // (s, 1 / |s x|, u . dy, spoilt)
  vec4 f = texelFetch(factors, vectorAt(row), 0);
  float u = flatAt(x, xWidth, xOffset + i) * f.x * f.y;
  ${
    gradient
      ? 'float value = (flatAt(dy, dyWidth, dyOffset + i) - u * f.z) * f.y * f.x;'
      : 'float value = u;'
  }
  out0.r = f.w > 0.0 ? nan() : value;
}`,
  };
};

/** x / |x|. */
export const UNIT_ROWS_SHADERS = { factors: factors(false), elements: elements(false) };
/** (dy - u (u . dy)) / |x|. */
export const UNIT_ROWS_GRAD_SHADERS = { factors: factors(true), elements: elements(true) };
