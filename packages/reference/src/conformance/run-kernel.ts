import * as tf from '@tensorflow/tfjs-core';
import { at } from '../at.js';
import { toRows } from '../fixtures.js';
import type {
  NeighborGradProblem,
  NeighborLogSums,
  NeighborProblem,
  SumsWithUpstream,
} from '../types.js';
import type { KernelAdapter, KernelGradientInputs, KernelInputs } from './adapter.js';

/** Whether anchors and candidates that are the same rows go in as one tensor or as two. */
export type Sharing = 'one tensor' | 'two tensors';

/** Runs the forward kernel once and reads `[9][N]` back. */
export async function runForward(
  adapter: KernelAdapter,
  problem: NeighborProblem,
  sharing: Sharing = 'one tensor',
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
  sharing: Sharing = 'one tensor',
): Promise<number[][]> {
  const values = await gradientValues(adapter, problem, sharing);
  return toRows(values, problem.anchors.length, width(problem));
}

export function forwardValues(
  adapter: KernelAdapter,
  problem: NeighborProblem,
  sharing: Sharing = 'one tensor',
): Promise<Float32Array> {
  return readAndFree(
    () => uploadProblem(problem, sharing),
    (inputs) => adapter.forward(inputs, problem.selfOffset),
    [9, problem.anchors.length],
  );
}

export function gradientValues(
  adapter: KernelAdapter,
  problem: NeighborGradProblem,
  sharing: Sharing = 'one tensor',
): Promise<Float32Array> {
  return readAndFree(
    () => uploadGradProblem(problem, sharing),
    (inputs) => adapter.gradient(inputs, problem.selfOffset),
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
  return readAndFree(
    () => uploadProblem(problem, 'two tensors'),
    (inputs) => {
      if (!adapter.cross) throw new Error('Expected an adapter with the kernel of both sides.');
      return adapter.cross(inputs);
    },
    [9, problem.anchors.length + problem.candidates.length],
  );
}

/** Feature count D; an empty set of anchors takes it from the candidates. */
function width({ anchors, candidates }: NeighborProblem): number {
  return anchors[0]?.length ?? candidates[0]?.length ?? 1;
}

export function uploadProblem(problem: NeighborProblem, sharing: Sharing): KernelInputs {
  const d = width(problem);
  const { anchors, candidates, anchorLabels, candidateLabels, temperature } = problem;
  const anchorTensor = tf.tensor2d(anchors.flat(), [anchors.length, d], 'float32');
  const share = sharing === 'one tensor' && candidates === anchors;
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
  // As `neighborLogSums` does for a batch against itself: kernels may read symmetry from it.
  const share = inputs.candidates === inputs.anchors && equalSums(anchorSums, candidateSums);
  return {
    ...inputs,
    anchorSums: ofAnchors,
    candidateSums: share
      ? ofAnchors
      : tf.tensor2d(candidateSums.flat(), [6, candidates.length], 'float32'),
  };
}

const equalSums = (a: SumsWithUpstream, b: SumsWithUpstream): boolean =>
  a.every((row, k) => row.every((value, i) => Object.is(value, b[k]?.[i])));

/**
 * Uploads, runs, reads and frees; fails on a wrong shape or type, or on a tensor left behind.
 * Reads are asynchronous: webgpu warns of others, and has none in Node.
 */
async function readAndFree<Inputs extends KernelInputs>(
  upload: () => Inputs,
  run: (inputs: Inputs) => tf.Tensor2D,
  shape: readonly [number, number],
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
