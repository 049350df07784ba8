import type {
  DataId,
  DataType,
  KernelFunc,
  NamedTensorInfoMap,
  TensorInfo,
} from '@tensorflow/tfjs-core';

/** What of a backend the self-test uses. */
export interface TestedBackend {
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array | Int32Array): TensorInfo;
  read(dataId: DataId): Promise<unknown>;
  disposeData(dataId: DataId): unknown;
}

/** Far more than float32 needs here, far less than any mistake makes. */
const TOLERANCE = 1e-4;

/**
 * The unit square at T = 1, classes on opposite edges, loss the mean of A - B, for which everything
 * has a closed form: with p = 1 / (2 + 1/e), A = -1 - log p, B = -1 and dL/dx of the corner (0, 0)
 * is (-p, 1 - p).
 */
const P = 1 / (2 + Math.exp(-1));
const A = -1 - Math.log(P);
const SUMS = [A, -1, 2 - 2 * P, 1, 1].flatMap((value) => new Array<number>(4).fill(value));
const GRADIENT = [-P, 1 - P, P, 1 - P, -P, P - 1, P, P - 1];

/**
 * Runs both kernels of a backend once and compares with numbers known beforehand.
 *
 * @throws Error with the number that is wrong.
 */
export async function selfTest(
  backend: TestedBackend,
  logSums: KernelFunc,
  logSumsGrad: KernelFunc,
): Promise<void> {
  const owned: TensorInfo[] = [];
  const own = (tensor: TensorInfo) => {
    owned.push(tensor);
    return tensor;
  };
  const floats = (shape: number[], values: number[]) =>
    own(backend.makeTensorInfo(shape, 'float32', Float32Array.from(values)));
  const labels = own(backend.makeTensorInfo([4], 'int32', Int32Array.from([0, 0, 1, 1])));
  const corners = floats([4, 2], [0, 0, 1, 0, 0, 1, 1, 1]);
  const upstream = [A, -1, 1 / 4, -1 / 4].flatMap((value) => new Array<number>(4).fill(value));
  const sums = floats([4, 4], upstream);
  const inputs = {
    anchors: corners,
    candidates: corners,
    anchorLabels: labels,
    candidateLabels: labels,
    temperature: floats([], [1]),
  };
  const run = (kernel: KernelFunc, from: NamedTensorInfoMap) =>
    own(kernel({ inputs: from, backend, attrs: { selfOffset: 0 } }) as TensorInfo);
  try {
    await expectNear(backend, 'SnnlNeighborLogSums', run(logSums, inputs), SUMS);
    const gradInputs = { ...inputs, anchorSums: sums, candidateSums: sums };
    await expectNear(backend, 'SnnlNeighborLogSumsGrad', run(logSumsGrad, gradInputs), GRADIENT);
  } finally {
    for (const { dataId } of owned) backend.disposeData(dataId);
  }
}

async function expectNear(
  backend: TestedBackend,
  name: string,
  output: TensorInfo,
  expected: readonly number[],
): Promise<void> {
  const values = (await backend.read(output.dataId)) as Float32Array;
  for (const [i, value] of expected.entries()) {
    if (Math.abs((values[i] ?? Number.NaN) - value) <= TOLERANCE) continue;
    throw new Error(`${name}, self-test: expected ${value} at ${i}, got ${values[i]}`);
  }
}
