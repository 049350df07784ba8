/** Samples without a label, taken out before a kernel runs: it sees only those that count. */
import { isLabelled, MISSING_LABEL } from '../contract';
import { backward } from './backward';
import { crossForward, forward, forwardKeeping, ROWS } from './forward';
import type { GradProblem, Problem } from './problem';
import type { Runtime } from './runtime';

/** Some anchors against some candidates, those that have a label. */
interface Part {
  /** Rows of the anchors, and of the candidates, in their order here. */
  readonly anchors: Int32Array;
  readonly candidates: Int32Array;
  /** Whether each of the anchors is the candidate at its own place, the first ones. */
  readonly own: boolean;
}

/**
 * The parts of a problem of which some samples have no label; undefined where all have one. More than one
 * part only where an anchor has a label that it lacks as a candidate.
 */
function partsOf({ anchorLabels, candidateLabels, selfOffset }: Problem): Part[] | undefined {
  if (!anchorLabels.includes(MISSING_LABEL) && !candidateLabels.includes(MISSING_LABEL)) return;
  const anchors: number[] = [];
  const strangers: number[] = [];
  for (const [i, label] of anchorLabels.entries()) {
    if (!isLabelled(label)) continue;
    const own = selfOffset >= 0 && isLabelled(candidateLabels[selfOffset + i] as number);
    (own ? anchors : strangers).push(i);
  }
  const first = anchors.map((i) => selfOffset + i);
  const isFirst = new Set(first);
  const others: number[] = [];
  for (const [j, label] of candidateLabels.entries()) {
    if (isLabelled(label) && !isFirst.has(j)) others.push(j);
  }
  const candidates = Int32Array.from([...first, ...others]);
  return [
    { anchors: Int32Array.from(anchors), candidates, own: true },
    { anchors: Int32Array.from(strangers), candidates, own: false },
  ].filter((part) => part.anchors.length > 0);
}

/** `rows` of `values`, each `width` long. */
function take(values: Float32Array, rows: Int32Array, width: number): Float32Array {
  const taken = new Float32Array(rows.length * width);
  for (const [to, row] of rows.entries()) {
    taken.set(values.subarray(row * width, (row + 1) * width), to * width);
  }
  return taken;
}

/** `columns` of `values`, which has `height` rows. */
function takeColumns(values: Float32Array, columns: Int32Array, height: number): Float32Array {
  const width = values.length / height;
  const taken = new Float32Array(columns.length * height);
  for (let r = 0; r < height; r++) {
    const row = values.subarray(r * width, (r + 1) * width);
    for (const [to, column] of columns.entries()) {
      taken[r * columns.length + to] = row[column] ?? 0;
    }
  }
  return taken;
}

function takePart<P extends Problem>(problem: P, part: Part): P {
  const { anchors, candidates, anchorLabels, candidateLabels, d } = problem;
  const oneSet =
    problem.oneBatch === true &&
    candidates === anchors &&
    part.candidates.length === part.anchors.length;
  const ofAnchors = take(anchors, part.anchors, d);
  return {
    ...problem,
    n: part.anchors.length,
    m: part.candidates.length,
    anchors: ofAnchors,
    candidates: oneSet ? ofAnchors : take(candidates, part.candidates, d),
    anchorLabels: part.anchors.map((row) => anchorLabels[row] ?? 0),
    candidateLabels: part.candidates.map((row) => candidateLabels[row] ?? 0),
    selfOffset: part.own ? 0 : -1,
    oneBatch: problem.oneBatch === true && part.own,
  };
}

/** Puts the columns of `from` to `columns` of `out`. */
function putColumns(out: Float32Array, from: Float32Array, columns: Int32Array): void {
  const [width, count] = [out.length / ROWS, from.length / ROWS];
  for (let r = 0; r < ROWS; r++) {
    for (const [at, column] of columns.entries()) {
      out[r * width + column] = from[r * count + at] ?? 0;
    }
  }
}

/** {@link forward} of the samples that have a label; 0 for the others. */
export function forwardOfLabelled(runtime: Runtime, problem: Problem, out: Float32Array): void {
  const parts = partsOf(problem);
  if (!parts) return void forward(runtime, problem, out);
  out.fill(0);
  for (const part of parts) {
    putColumns(out, forward(runtime, takePart(problem, part)), part.anchors);
  }
}

/** {@link forwardKeeping} of the samples that have a label. */
export function keepingOfLabelled(
  runtime: Runtime,
  problem: Problem,
  out: Float32Array,
): Float32Array {
  const parts = partsOf(problem);
  if (!parts) return forwardKeeping(runtime, problem, out);
  out.fill(0);
  // A batch against itself is one part, or none.
  const [part] = parts;
  if (!part) return new Float32Array(0);
  const sums = new Float32Array(ROWS * part.anchors.length);
  const tiles = forwardKeeping(runtime, takePart(problem, part), sums);
  putColumns(out, sums, part.anchors);
  return tiles;
}

/** {@link crossForward} of the samples that have a label; 0 for the others. */
export function crossOfLabelled(runtime: Runtime, problem: Problem, out: Float32Array): void {
  const rows = (labels: Int32Array) =>
    Int32Array.from(labels.keys()).filter((row) => isLabelled(labels[row] as number));
  const anchors = rows(problem.anchorLabels);
  const candidates = rows(problem.candidateLabels);
  if (anchors.length === problem.n && candidates.length === problem.m) {
    return void crossForward(runtime, problem, out);
  }
  out.fill(0);
  const sums = crossForward(runtime, takePart(problem, { anchors, candidates, own: false }));
  const columns = Int32Array.from([...anchors, ...candidates.map((row) => problem.n + row)]);
  putColumns(out, sums, columns);
}

/** {@link backward} of the samples that have a label; 0 for the others. */
export function backwardOfLabelled(
  runtime: Runtime,
  problem: GradProblem,
  out: Float32Array,
): void {
  const parts = partsOf(problem);
  if (!parts) return void backward(runtime, problem, out);
  const { d } = problem;
  out.fill(0);
  for (const part of parts) {
    const taken = takePart(problem, part);
    const anchorSums = takeColumns(problem.anchorSums, part.anchors, 6);
    const candidateSums = takeColumns(problem.candidateSums, part.candidates, 6);
    const gradient = backward(runtime, { ...taken, anchorSums, candidateSums });
    for (const [at, row] of part.anchors.entries()) {
      out.set(gradient.subarray(at * d, (at + 1) * d), row * d);
    }
  }
}
