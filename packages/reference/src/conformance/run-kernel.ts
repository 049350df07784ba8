import * as tf from '@tensorflow/tfjs-core';
import { at } from '../at.js';
import { toRows } from '../fixtures.js';
import type { NeighborGradProblem, NeighborLogSums, NeighborProblem } from '../types.js';
import type {
  KernelAdapter,
  KernelGradientInputs,
  KernelInputs,
  OptionalKernel,
} from './adapter.js';

/** Whether anchors that are candidates are said to be, and go in as one tensor where they are all. */
export type Sharing = 'one batch' | 'two sets';

/** Runs the forward kernel once and reads `[9][N]` back. */
export async function runForward(
  adapter: KernelAdapter,
  problem: NeighborProblem,
  sharing: Sharing = 'one batch',
): Promise<NeighborLogSums> {
  const values = await forwardValues(adapter, problem, sharing);
  return asSums(toRows(values, 9, problem.anchors.length));
}

function asSums(rows: readonly number[][]): NeighborLogSums {
  const row = (index: number): number[] => at(rows, index);
  return [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7), row(8)];
}

/** Runs the gradient kernel once and reads `[N][D]` back. */
export async function runGradient(
  adapter: KernelAdapter,
  problem: NeighborGradProblem,
  sharing: Sharing = 'one batch',
): Promise<number[][]> {
  const values = await gradientValues(adapter, problem, sharing);
  return toRows(values, problem.anchors.length, width(problem));
}

export function forwardValues(
  adapter: KernelAdapter,
  problem: NeighborProblem,
  sharing: Sharing = 'one batch',
): Promise<Float32Array> {
  return readAndFree(
    () => uploadProblem(problem, sharing),
    (inputs) => adapter.forward(inputs, problem.selfOffset, isOneBatch(problem, sharing)),
    [9, problem.anchors.length],
  );
}

export function gradientValues(
  adapter: KernelAdapter,
  problem: NeighborGradProblem,
  sharing: Sharing = 'one batch',
): Promise<Float32Array> {
  return readAndFree(
    () => uploadGradProblem(problem, sharing),
    (inputs) =>
      adapter.gradient(
        inputs,
        problem.selfOffset,
        isOneBatch(problem, sharing) && hasOneSums(problem),
      ),
    [problem.anchors.length, width(problem)],
  );
}

/** Runs the kernel of both sides once and reads `[9][N]` and `[9][M]` back. */
export async function runCross(
  adapter: KernelAdapter,
  problem: NeighborProblem,
): Promise<readonly [ofAnchors: NeighborLogSums, ofCandidates: NeighborLogSums]> {
  const [n, m] = [problem.anchors.length, problem.candidates.length];
  const rows = toRows(await crossValues(adapter, problem), 9, n + m);
  return [asSums(rows.map((row) => row.slice(0, n))), asSums(rows.map((row) => row.slice(n)))];
}

export function crossValues(
  adapter: KernelAdapter,
  problem: NeighborProblem,
): Promise<Float32Array> {
  const shape = [9, problem.anchors.length + problem.candidates.length];
  return optionalValues(
    adapter,
    'SnnlCrossLogSums',
    () => ({ ...uploadProblem(problem, 'two sets') }),
    shape,
  );
}

/** Runs a kernel that a backend may have; its outputs in order. */
export function runOptional(
  adapter: KernelAdapter,
  kernel: OptionalKernel,
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap = {},
): tf.Tensor[] {
  const run = adapter.optional?.[kernel];
  if (!run) throw new Error(`Expected an adapter with the kernel ${kernel}.`);
  return [run(inputs, attrs)].flat();
}

/** The values of its one output, as {@link forwardValues}. */
export function optionalValues(
  adapter: KernelAdapter,
  kernel: OptionalKernel,
  upload: () => tf.NamedTensorMap,
  shape: readonly number[],
  attrs?: tf.NamedAttrMap,
): Promise<Float32Array> {
  return readAndFree(upload, (inputs) => at(runOptional(adapter, kernel, inputs, attrs), 0), shape);
}

/** Whether it is true, and to be said, that the anchors are the candidates at `selfOffset`. */
function isOneBatch(problem: NeighborProblem, sharing: Sharing): boolean {
  const { anchors, candidates, anchorLabels, candidateLabels, selfOffset } = problem;
  if (sharing !== 'one batch' || selfOffset < 0) return false;
  return (
    anchorLabels.every((label, i) => label === candidateLabels[selfOffset + i]) &&
    anchors.every((row, i) => row.every((x, k) => Object.is(x, candidates[selfOffset + i]?.[k])))
  );
}

/** Whether the anchors have one and the same sums in both roles. */
const hasOneSums = ({ anchorSums, candidateSums, selfOffset }: NeighborGradProblem): boolean =>
  anchorSums.every((row, r) =>
    row.every((value, i) => Object.is(value, candidateSums[r]?.[selfOffset + i])),
  );

/** Feature count D; an empty set of anchors takes it from the candidates. */
function width({ anchors, candidates }: NeighborProblem): number {
  return anchors[0]?.length ?? candidates[0]?.length ?? 1;
}

export function uploadProblem(problem: NeighborProblem, sharing: Sharing): KernelInputs {
  const d = width(problem);
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = problem;
  const anchorTensor = tf.tensor2d(anchors.flat(), [anchors.length, d], 'float32');
  const share = sharing === 'one batch' && candidates === anchors;
  return {
    anchors: anchorTensor,
    candidates: share
      ? anchorTensor
      : tf.tensor2d(candidates.flat(), [candidates.length, d], 'float32'),
    anchorLabels: tf.tensor1d([...anchorLabels], 'int32'),
    candidateLabels: tf.tensor1d([...candidateLabels], 'int32'),
    temperature: tf.scalar(temperature, 'float32'),
  };
}

export function uploadGradProblem(
  problem: NeighborGradProblem,
  sharing: Sharing,
): KernelGradientInputs {
  const inputs = uploadProblem(problem, sharing);
  const { anchors, candidates, anchorSums, candidateSums } = problem;
  const ofAnchors = tf.tensor2d(anchorSums.flat(), [6, anchors.length], 'float32');
  return {
    ...inputs,
    anchorSums: ofAnchors,
    candidateSums: tf.tensor2d(candidateSums.flat(), [6, candidates.length], 'float32'),
  };
}

/**
 * Uploads, runs, reads and frees; fails on a wrong shape or type, or on a tensor left behind.
 * Reads are asynchronous: webgpu warns of others, and has none in Node.
 */
async function readAndFree<Inputs extends object>(
  upload: () => Inputs,
  run: (inputs: Inputs) => tf.Tensor,
  shape: readonly number[],
): Promise<Float32Array> {
  const before = tf.memory().numTensors;
  const inputs = upload();
  const output = run(inputs);
  const values = await output.data<'float32'>();
  const got = `${output.dtype} [${output.shape.join(', ')}]`;
  output.dispose();
  const inputTensors: tf.Tensor[] = Object.values(inputs);
  tf.dispose(inputTensors);
  const left = tf.memory().numTensors - before;

  const expected = `float32 [${shape.join(', ')}]`;
  if (got !== expected) throw new Error(`Expected a tensor ${expected}, got ${got}.`);
  if (left !== 0) throw new Error(`Expected no tensor left behind, got ${left} more than before.`);
  return values;
}
