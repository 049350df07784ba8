import type { Shader } from '../pass';
import { VECTOR_WIDTH } from './common';

/** A tensor [rows, columns] as points. */
export const PACK: Shader = {
  name: 'pack',
  textures: ['source'],
  ints: ['sourceWidth', 'sourceOffset', 'rows', 'columns', 'depth', 'shift'],
  targets: 1,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int row = (at.y << shift) + at.x / depth;
  int column = (at.x % depth) * 4;
  vec4 v = vec4(0);
  for (int c = 0; c < 4; c++) {
    if (row < rows && column + c < columns) {
      v[c] = flatAt(source, sourceWidth, sourceOffset + row * columns + column + c);
    }
  }
  out0 = v;
}`,
};

/** Sums of points over \`rows / slices\` rows at a time: texel (feature / 4, slice). */
export const COLUMN_SUMS: Shader = {
  name: 'column-sums',
  textures: ['points'],
  ints: ['rows', 'slice', 'depth', 'shift'],
  targets: 1,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int end = min((at.y + 1) * slice, rows);
  vec4 total = vec4(0);
  for (int row = at.y * slice; row < end; row++) {
    total += texelFetch(points, rowAt(row, depth, shift) + ivec2(at.x, 0), 0);
  }
  out0 = total;
}`,
};

/** The mean point, one row of \`depth\` texels, from column sums. */
export const MEAN: Shader = {
  name: 'mean',
  textures: ['sums'],
  ints: ['slices', 'rows'],
  targets: 1,
  body: `
void main() {
  int k = int(gl_FragCoord.x);
  vec4 total = vec4(0);
  for (int slice = 0; slice < slices; slice++) total += texelFetch(sums, ivec2(k, slice), 0);
  out0 = total / float(max(rows, 1));
}`,
};

/** Points less the mean, times sqrt(log2(e) / T), so that |x - z|^2 is -log2 of exp(-d / T). */
export const CENTRE: Shader = {
  name: 'centre',
  textures: ['points', 'mean', 'temperature'],
  ints: ['rows', 'depth', 'shift', 'temperatureWidth', 'temperatureOffset'],
  targets: 1,
  body: `
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int row = (at.y << shift) + at.x / depth;
  float T = flatAt(temperature, temperatureWidth, temperatureOffset);
  vec4 v = texelFetch(points, at, 0) - texelFetch(mean, ivec2(at.x % depth, 0), 0);
  out0 = row < rows ? v * sqrt(LOG2E / T) : vec4(0);
}`,
};

/**
 * Squared norms and labels of points, 4 a texel. SPOILT marks a point that is not finite, that
 * belongs to a temperature that is no temperature, or whose label a float may not hold.
 */
export const NORMS: Shader = {
  name: 'norms',
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
  bool good = finite(T) && T > 0.0;
  vec4 norms = vec4(ABSENT);
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
      norms[c] = good && finite(norm) && norm <= LARGEST && abs(ids[c]) < 16777216.0 ? norm : SPOILT;
    }
  }
  out0 = norms;
  out1 = ids;
}`,
};

/** The four rows of [4, count], each as a vector, the log-sums in units of log 2. */
export const SUMS: Shader = {
  name: 'sums',
  textures: ['source'],
  ints: ['sourceWidth', 'sourceOffset', 'count'],
  targets: 4,
  body: `
vec4 part(int row, int first) {
  vec4 v = vec4(0);
  for (int c = 0; c < 4; c++) {
    int i = first + c;
    if (i < count) v[c] = flatAt(source, sourceWidth, sourceOffset + row * count + i);
  }
  return v;
}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int first = (at.y * ${VECTOR_WIDTH} + at.x) * 4;
  out0 = part(0, first) * LOG2E;
  out1 = part(1, first) * LOG2E;
  out2 = part(2, first);
  out3 = part(3, first);
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
