// Tensors that go on as they are, or scaled, with a gradient of their own.
import { customGrad, engine, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** The same values as another tensor, for which nothing is copied: a clone is a copy on `wasm`. Off the tape. */
function alias(x: Tensor): Tensor {
  const backend = engine().state.tensorInfo.get(x.dataId)?.backend ?? engine().backend;
  backend.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo(x, backend);
}

/** {@link alias} on the tape; `onGradient` is called when a gradient comes back. */
export function passOn(x: Tensor, onGradient: () => void = () => {}): Tensor {
  return customGrad((t) => ({
    value: alias(t as Tensor),
    gradFunc: (dy: Tensor) => {
      onGradient();
      return dy;
    },
  }))(x);
}

/**
 * `factor` times a loss, a tensor of its own. The multiplication of tfjs saves both for a gradient that
 * needs neither.
 */
export function scaled(loss: Scalar, factor: number): Scalar {
  const times = (x: Tensor) => (factor === 1 ? alias(x) : mul(x, factor));
  return customGrad((x) => ({ value: times(x as Tensor), gradFunc: times }))(loss) as Scalar;
}
