import { COMMON, shaderOf } from './common';

/** Anchors of a workgroup. */
export const LANES = 256;

/** WGSL of sums over all invocations of a workgroup, in a fixed order. */
const WORKGROUP_SUM = `
var<workgroup> terms : array<f32, ${LANES}>;
fn workgroupSum(term : f32, local : i32) -> f32 {
  terms[local] = term;
  workgroupBarrier();
  for (var reach = ${LANES / 2}; reach > 0; reach /= 2) {
    if (local < reach) { terms[local] += terms[local + reach]; }
    workgroupBarrier();
  }
  let sum = terms[0];
  workgroupBarrier();
  return sum;
}

/** What a sum over anchors is divided by: the number of those that are not lone, at least 1, or 1. */
fn divisor(local : i32) -> f32 {
  var count = 0.0;
  for (var i = local; i < uniforms.anchors * uniforms.mean; i += ${LANES}) {
    count += select(0.0, 1.0, sums[4 * uniforms.anchors + i] > 0.0);
  }
  return max(workgroupSum(count, local), 1.0);
}
`;

/** Equation 3 from the references, in one workgroup. A NaN of an anchor is a NaN of the loss. */
export const REDUCED_LOSS = shaderOf({
  name: 'reducedLoss',
  inputs: { sums: 1, temperature: 1 },
  outputComponents: 1,
  workgroup: LANES,
  sizes: ['anchors', 'mean'],
  code: `${COMMON}${WORKGROUP_SUM}
fn work(group : i32, local : i32) {
  let n = uniforms.anchors;
  var loss = 0.0;
  var spoilt = 0.0;
  for (var i = local; i < n; i += ${LANES}) {
    let relative = sums[6 * n + i] - sums[8 * n + i];
    let apart = sums[7 * n + i] - sums[5 * n + i];
    // By its bits: a NaN that is multiplied by 0 may count as 0.
    spoilt += select(1.0, 0.0, isFinite(sums[6 * n + i]));
    loss += select(0.0, relative + apart / temperature[0], sums[4 * n + i] > 0.0);
  }
  let total = workgroupSum(loss, local);
  let bad = workgroupSum(spoilt, local) > 0.0;
  let count = divisor(local);
  if (local == 0) { result[0] = select(total / count, uniforms.NAN, bad); }
}
`,
});

/** The references of anchors, and the slopes of the loss. Each workgroup counts all anchors. */
export const LOSS_ANCHOR_SUMS = shaderOf({
  name: 'lossAnchorSums',
  inputs: { sums: 1, dy: 1 },
  outputComponents: 1,
  workgroup: LANES,
  sizes: ['anchors', 'mean'],
  code: `${WORKGROUP_SUM}
fn work(group : i32, local : i32) {
  let n = uniforms.anchors;
  let share = dy[0] / divisor(local);
  let i = group * ${LANES} + local;
  if (i >= n) { return; }
  for (var row = 0; row < 4; row++) { result[row * n + i] = sums[(5 + row) * n + i]; }
  let slope = select(0.0, share, sums[4 * n + i] > 0.0);
  result[4 * n + i] = slope;
  result[5 * n + i] = -slope;
}
`,
});

/** The references of anchors, and the upstream gradients of A and B. */
export const ANCHOR_SUMS = shaderOf({
  name: 'anchorSums',
  inputs: { sums: 1, dy: 1 },
  outputComponents: 1,
  workgroup: LANES,
  sizes: ['anchors'],
  code: `
fn work(group : i32, local : i32) {
  let n = uniforms.anchors;
  let i = group * ${LANES} + local;
  if (i >= n) { return; }
  for (var row = 0; row < 4; row++) { result[row * n + i] = sums[(5 + row) * n + i]; }
  for (var row = 0; row < 2; row++) { result[(4 + row) * n + i] = dy[row * n + i]; }
}
`,
});
