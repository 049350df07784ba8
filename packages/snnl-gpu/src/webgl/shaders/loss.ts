import type { Shader } from './common';

const SUMS_INTS = ['n', 'sumsWidth', 'sumsOffset'];

const sumsAt = `
float sumsAt(int row, int i) { return flatAt(sums, sumsWidth, sumsOffset + row * n + i); }`;

/**
 * The texel of `slice` anchors: the sum of their losses (equation 3) where `losses` are asked for,
 * the number of anchors that are not lone, and whether a row of any anchor is not finite.
 */
const slices = (losses: boolean): Shader => ({
  name: losses ? 'loss-sums' : 'loss-counts',
  textures: losses ? ['sums', 'temperature'] : ['sums'],
  ints: [...SUMS_INTS, 'slice', ...(losses ? ['temperatureWidth', 'temperatureOffset'] : [])],
  targets: 1,
  body: `${sumsAt}
void main() {
  int first = int(gl_FragCoord.x) * slice;
  float total = 0.0, count = 0.0, spoilt = 0.0;
  ${losses ? 'float T = flatAt(temperature, temperatureWidth, temperatureOffset);' : ''}
  for (int i = first; i < min(first + slice, n); i++) {
    bool lone = sumsAt(4, i) == 0.0;
    if (!lone) count++;
    ${
      losses
        ? `float near = sumsAt(7, i) - sumsAt(5, i), relative = sumsAt(6, i) - sumsAt(8, i);
    // Of lone anchors too.
    if (!finite(near) || !finite(relative)) spoilt = 1.0;
    if (!lone) total += relative + near / T;`
        : ''
    }
  }
  out0 = vec4(total, count, spoilt, 0);
}`,
});

export const LOSS_SUMS = slices(true);
export const LOSS_COUNTS = slices(false);

/** Adds up the texels of all slices. */
const gather = `
vec3 gather() {
  vec3 all = vec3(0);
  for (int slice = 0; slice < slices; slice++) all += texelFetch(parts, ivec2(slice, 0), 0).xyz;
  return all;
}
float divisor(float count) { return mean != 0 ? max(count, 1.0) : 1.0; }`;

/** The loss, a scalar. */
export const LOSS: Shader = {
  name: 'loss',
  textures: ['parts'],
  ints: ['slices', 'mean'],
  targets: 1,
  body: `${gather}
void main() {
  vec3 all = gather();
  float loss = all.x / divisor(all.y);
  out0 = vec4(all.z > 0.0 || !finite(loss) ? nan() : loss, 0, 0, 0);
}`,
};

/** The output [6, N]: the references of the sums, then the gradient of the loss for A and for B. */
export const LOSS_ANCHOR_SUMS: Shader = {
  name: 'loss-anchor-sums',
  textures: ['sums', 'parts', 'dy'],
  ints: [...SUMS_INTS, 'slices', 'mean', 'dyWidth', 'dyOffset', 'outWidth'],
  targets: 1,
  body: `${sumsAt}${gather}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int flatIndex = at.y * outWidth + at.x;
  int row = flatIndex / n;
  int i = flatIndex % n;
  float value = 0.0;
  if (row < 4) value = sumsAt(5 + row, i);
  else if (row < 6 && sumsAt(4, i) > 0.0) {
    value = flatAt(dy, dyWidth, dyOffset) / divisor(gather().y) * (row == 4 ? 1.0 : -1.0);
  }
  out0 = vec4(value, 0, 0, 0);
}`,
};

/** The output [6, N]: the references of the sums, then the first two rows of dy [9, N]. */
export const ANCHOR_SUMS: Shader = {
  name: 'anchor-sums',
  textures: ['sums', 'dy'],
  ints: [...SUMS_INTS, 'dyWidth', 'dyOffset', 'outWidth'],
  targets: 1,
  body: `${sumsAt}
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int flatIndex = at.y * outWidth + at.x;
  int row = flatIndex / n;
  float value = 0.0;
  if (row < 4) value = sumsAt(5 + row, flatIndex % n);
  else if (row < 6) value = flatAt(dy, dyWidth, dyOffset + flatIndex - 4 * n);
  out0 = vec4(value, 0, 0, 0);
}`,
};
