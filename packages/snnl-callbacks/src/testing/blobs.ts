import {
  add,
  cast,
  gather,
  mul,
  oneHot,
  randomUniform,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';

/** Samples around one centre for each class: features `[count, width]` and labels. */
export function blobs({ count = 60, classes = 3, width = 4, spread = 1, seed = 1 } = {}): {
  x: Tensor2D;
  ids: Tensor1D;
  oneHot: Tensor2D;
} {
  return tidy(() => {
    const ids = tensor1d(
      Array.from({ length: count }, (_, i) => i % classes),
      'int32',
    );
    const centres = randomUniform([classes, width], -2, 2, 'float32', seed);
    const noise = randomUniform([count, width], -1, 1, 'float32', seed + 1);
    return {
      x: add(gather(centres, ids), mul(noise, spread)) as Tensor2D,
      ids,
      oneHot: cast(oneHot(ids, classes), 'float32') as Tensor2D,
    };
  });
}
