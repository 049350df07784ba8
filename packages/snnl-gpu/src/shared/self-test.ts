import type { DataId, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { KERNEL_NAMES, type KernelFunctions, type KernelKey } from './checked-kernels';
import type { TensorBackend } from './workspace';

/** What of a backend the self-test uses. */
interface TestedBackend extends TensorBackend {
  read(dataId: DataId): Promise<unknown>;
}

/** Far more than float32 needs here, far less than any mistake makes. */
const TOLERANCE = 1e-4;

/**
 * The unit square at T = 1, classes on opposite edges, loss the mean of A - B, for which everything
 * has a closed form: with p = 1 / (2 + 1/e), A = -1 - log p, B = -1, both with the nearest distance
 * 1, and dL/dx of the corner (0, 0) is (-p, 1 - p).
 */
const P = 1 / (2 + Math.exp(-1));
const LOSS = -Math.log(P);
const REFERENCES = [1, LOSS, 1, 0];
const ofCorners = (rows: number[]) => rows.flatMap((value) => new Array<number>(4).fill(value));
const SUMS = ofCorners([LOSS - 1, -1, 2 - 2 * P, 1, 1, ...REFERENCES]);
const ANCHOR = ofCorners([...REFERENCES, 1 / 4, -1 / 4]);
const CORNERS = [0, 0, 1, 0, 0, 1, 1, 1];
const GRADIENT = [-P, 1 - P, P, 1 - P, -P, P - 1, P, P - 1];

/** Rows of length 5 and 0, dL/du = (1, 0) of the first: its dL/dx = (1 - 0.36, 0.48) / 5. */
const ROWS = [3, -4, 0, 0];
const UNITS = [0.6, -0.8, 0, 0];
const ROWS_GRADIENT = [0.128, 0.096, 0, 0];

/**
 * Runs each kernel of a backend once and compares with numbers known beforehand.
 *
 * @param widths Numbers of features, 2 or more, to run the operation with: of the corners, the first
 *   and the last are not 0.
 * @throws Error with the number that is wrong.
 */
export async function selfTest(
  backend: TestedBackend,
  kernels: KernelFunctions,
  widths: readonly number[] = [2],
): Promise<void> {
  const owned: TensorInfo[] = [];
  const own = (tensor: TensorInfo) => {
    owned.push(tensor);
    return tensor;
  };
  const floats = (shape: number[], values: number[]) =>
    own(backend.makeTensorInfo(shape, 'float32', Float32Array.from(values)));
  const labels = own(backend.makeTensorInfo([4], 'int32', Int32Array.from([0, 0, 1, 1])));
  const temperature = floats([], [1]);
  const sums = floats([9, 4], SUMS);
  const anchorSums = floats([6, 4], ANCHOR);
  const x = floats([2, 2], ROWS);
  const check = async (
    key: KernelKey,
    from: NamedTensorInfoMap,
    expected: readonly number[],
    oneBatch = false,
  ) => {
    const attrs = { selfOffset: 0, oneBatch, mean: true };
    const output = kernels[key]({ inputs: from, backend, attrs });
    await expectNear(backend, key, own(output as TensorInfo), expected);
  };
  try {
    for (const width of widths) {
      const corners = floats([4, width], widened(CORNERS, width));
      const inputs = {
        ...{ anchors: corners, candidates: corners, temperature },
        ...{ anchorLabels: labels, candidateLabels: labels },
      };
      const gradInputs = { ...inputs, anchorSums, candidateSums: anchorSums };
      // Kernels go another way where the sides are one.
      for (const oneBatch of [false, true]) {
        await check('logSums', inputs, SUMS, oneBatch);
        await check('logSumsGrad', gradInputs, widened(GRADIENT, width), oneBatch);
      }
    }
    await check('reducedLoss', { sums, temperature }, [LOSS]);
    await check('lossAnchorSums', { sums, dy: temperature }, ANCHOR);
    await check('anchorSums', { sums, dy: sums }, ofCorners([...REFERENCES, LOSS - 1, -1]));
    await check('unitRows', { x }, UNITS);
    await check('unitRowsGrad', { x, dy: floats([2, 2], [1, 0, 1, 1]) }, ROWS_GRADIENT);
  } finally {
    for (const { dataId } of owned) backend.disposeData(dataId);
  }
}

/** Rows of two numbers, with zeros between them. */
const widened = (pairs: readonly number[], width: number): number[] =>
  pairs.flatMap((value, i) => [...new Array<number>(i % 2 === 0 ? 0 : width - 2).fill(0), value]);

/** @throws Error with the first number of `output` that is not near what is expected of a kernel. */
export async function expectNear(
  backend: TestedBackend,
  key: KernelKey,
  output: TensorInfo,
  expected: readonly number[],
): Promise<void> {
  const values = (await backend.read(output.dataId)) as Float32Array;
  for (const [i, value] of expected.entries()) {
    if (Math.abs((values[i] ?? Number.NaN) - value) <= TOLERANCE) continue;
    throw new Error(`${KERNEL_NAMES[key]}, self-test: expected ${value} at ${i}, got ${values[i]}`);
  }
}
