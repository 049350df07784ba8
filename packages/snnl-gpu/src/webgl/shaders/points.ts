import { type Shader, VECTOR_WIDTH } from './common';

/** A tensor [rows, columns] as points, scaled by a power of 2, see COMMON; 0 in rows without a label. */
export const PACK: Shader = {
  name: 'pack',
  textures: ['source', 'labels', 'temperature'],
  ints: [
    ...['sourceWidth', 'sourceOffset', 'labelsWidth', 'labelsOffset'],
    ...['rows', 'columns', 'depth', 'shift'],
    ...['temperatureWidth', 'temperatureOffset'],
  ],
  targets: 1,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int row = (at.y << shift) + at.x / depth;
  int column = (at.x % depth) * 4;
  vec4 v = vec4(0);
  bool there = row < rows && flatAt(labels, labelsWidth, labelsOffset + row) != MISSING_LABEL;
  for (int c = 0; c < 4; c++) {
    if (there && column + c < columns) {
      v[c] = flatAt(source, sourceWidth, sourceOffset + row * columns + column + c);
    }
  }
  out0 = v * two(-powerOf(flatAt(temperature, temperatureWidth, temperatureOffset)));
}`,
};

/**
 * What to know of points beside their features, 4 rows a texel: labels, and marks, which are 0 or
 * say that a row is ABSENT, as one without a label, or SPOILT. Spoilt is a point that is not finite or too far out for its
 * distances to be, that belongs to a temperature that is no temperature, or whose label a float may
 * not hold.
 */
export const MARKS: Shader = {
  name: 'marks',
  textures: ['points', 'labels', 'temperature'],
  ints: [
    ...['rows', 'depth', 'shift', 'labelsWidth', 'labelsOffset'],
    ...['temperatureWidth', 'temperatureOffset'],
  ],
  targets: 2,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int first = (at.y * ${VECTOR_WIDTH} + at.x) * 4;
  float T = flatAt(temperature, temperatureWidth, temperatureOffset);
  bool good = finite(T) && T >= 1.1754944e-38;
  // Distances go out in the units of the features.
  float largest = LARGEST * min(1.0, two(-powerOf(T)) * two(-powerOf(T)));
  vec4 marks = vec4(ABSENT);
  vec4 ids = vec4(0);
  for (int c = 0; c < 4; c++) {
    int row = first + c;
    if (row < rows) {
      ivec2 start = rowAt(row, depth, shift);
      vec4 squares = vec4(0);
      for (int k = 0; k < depth; k++) {
        vec4 v = texelFetch(points, start + ivec2(k, 0), 0);
        squares += v * v;
      }
      float norm = sum4(squares);
      ids[c] = flatAt(labels, labelsWidth, labelsOffset + row);
      if (ids[c] == MISSING_LABEL) continue;
      marks[c] = good && finite(norm) && norm <= largest && abs(ids[c]) < 16777216.0 ? 0.0 : SPOILT;
    }
  }
  out0 = marks;
  out1 = ids;
}`,
};

/**
 * The columns of [6, count], a texel each: the references, distances scaled as points are and
 * log-sums in units of log 2, and the upstream gradients. Without an upstream gradient the
 * references mean nothing, and are 0.
 */
export const SUMS: Shader = {
  name: 'sums',
  textures: ['source', 'temperature'],
  ints: ['sourceWidth', 'sourceOffset', 'count', 'temperatureWidth', 'temperatureOffset'],
  targets: 2,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int i = at.y * ${VECTOR_WIDTH} + at.x;
  out0 = vec4(0);
  out1 = vec4(0);
  if (i >= count) return;
  int power = powerOf(flatAt(temperature, temperatureWidth, temperatureOffset));
  float rows[6];
  for (int row = 0; row < 6; row++) {
    rows[row] = flatAt(source, sourceWidth, sourceOffset + row * count + i);
  }
  if (rows[4] != 0.0) out0.xy = vec2(rows[0] * two(-power) * two(-power), rows[1] * LOG2E);
  if (rows[5] != 0.0) out0.zw = vec2(rows[2] * two(-power) * two(-power), rows[3] * LOG2E);
  out1.xy = vec2(rows[4], rows[5]);
}`,
};

/**
 * Points with the rows of one feature side by side, 2^wideShift of them, then the next feature: a
 * walk over rows then reads neighbours, which matters where textures are not tiled.
 */
export const TRANSPOSE: Shader = {
  name: 'transpose',
  textures: ['points'],
  ints: ['depth', 'shift', 'wideShift'],
  targets: 1,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int row = ((at.y / depth) << wideShift) + at.x;
  out0 = texelFetch(points, rowAt(row, depth, shift) + ivec2(at.y % depth, 0), 0);
}`,
};
