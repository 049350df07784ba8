import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { expectNear } from '../shared/self-test';
import { logSumsGrad } from './backward';
import { logSums } from './forward';

/** Squared distances of some 1 to 100 over it are exponents whose last bit is worth hundreds of nats. */
const TEMPERATURE = 1e-9;
const ANCHORS = 8;

/**
 * Asks both kernels for the distances of 8 anchors to one candidate. Its weight is 1, and each
 * gradient T/4 (-2/T) (x - z) for all and as much for the class, if they agree to the bit; else it is
 * as good as 0. See distanceBlock in shaders/distances.ts.
 *
 * @throws Error with the number that is wrong.
 */
export async function checkEqualDistances(
  backend: MathBackendWebGL,
  columns: number,
): Promise<void> {
  const owned: TensorInfo[] = [];
  const own = (tensor: TensorInfo) => {
    owned.push(tensor);
    return tensor;
  };
  const floats = (shape: number[], values: Float32Array) =>
    own(backend.makeTensorInfo(shape, 'float32', values));
  const rows = (count: number, value: (i: number, k: number) => number) =>
    Float32Array.from({ length: count * columns }, (_, at) =>
      value(Math.floor(at / columns), at % columns),
    );
  const labels = (count: number) =>
    own(backend.makeTensorInfo([count], 'int32', new Int32Array(count)));
  const x = rows(ANCHORS, (i, k) => Math.sin(1.7 * k + 3.1 * i));
  const z = rows(1, (_, k) => Math.cos(k));
  try {
    const inputs = {
      anchors: floats([ANCHORS, columns], x),
      candidates: floats([1, columns], z),
      anchorLabels: labels(ANCHORS),
      candidateLabels: labels(1),
      temperature: floats([], Float32Array.of(TEMPERATURE)),
    };
    const attrs = { selfOffset: -1 };
    const { dataId } = own(logSums({ inputs, backend, attrs }) as TensorInfo);
    const references = ((await backend.read(dataId)) as Float32Array).subarray(5 * ANCHORS);
    const upstream = new Float32Array(2 * ANCHORS).fill(TEMPERATURE / 4);
    const anchorSums = floats([6, ANCHORS], Float32Array.of(...references, ...upstream));
    const candidateSums = floats([6, 1], new Float32Array(6));
    const output = logSumsGrad({
      inputs: { ...inputs, anchorSums, candidateSums },
      ...{ backend, attrs },
    });
    const expected = Array.from(x, (value, at) => (z[at % columns] ?? Number.NaN) - value);
    await expectNear(backend, 'logSumsGrad', own(output as TensorInfo), expected);
  } finally {
    for (const { dataId } of owned) backend.disposeData(dataId);
  }
}
