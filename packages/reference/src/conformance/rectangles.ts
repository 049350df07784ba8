import { blockProblem, mapSums, noSums, sumsWithUpstream, withUpstream } from '../problems.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import type { NeighborProblem, SumsWithUpstream } from '../types.js';
import type { ConformanceCheck } from './check.js';
import { verifyForward, verifyGradient } from './verify.js';

const shapes = [
  { n: 33, m: 129, d: 17, selfOffset: -1 },
  { n: 33, m: 129, d: 17, selfOffset: 0 },
  { n: 33, m: 129, d: 17, selfOffset: 41 },
  { n: 33, m: 129, d: 17, selfOffset: 96 },
  { n: 127, m: 31, d: 5, selfOffset: -1 },
  { n: 65, m: 65, d: 33, selfOffset: -1 },
  { n: 1, m: 401, d: 3, selfOffset: -1 },
  { n: 1, m: 401, d: 3, selfOffset: 400 },
  { n: 401, m: 1, d: 2, selfOffset: -1 },
  { n: 2, m: 3, d: 1, selfOffset: 1 },
] as const;

type Shape = (typeof shapes)[number];

/** Anchors against more, fewer or other candidates, and every kind of selfOffset. */
export const rectangleChecks: readonly ConformanceCheck[] = shapes.flatMap((shape) => {
  const { n, m, d, selfOffset } = shape;
  const group = 'anchors and candidates of different sizes';
  const name = `${n} anchors, ${m} candidates, ${d} features, selfOffset ${selfOffset}`;
  return [
    {
      group,
      name: `${name}: candidates constant`,
      run: async (context) => {
        const { problem, next } = draw(shape);
        await verifyForward(context, problem);
        await verifyGradient(context, withUpstream(problem, next));
      },
    },
    ...(selfOffset < 0 ? [] : [othersInTheirPlace(shape, group, name)]),
    {
      group,
      name: `${name}: every candidate an anchor elsewhere`,
      run: async (context) => {
        const { problem, next } = draw(shape);
        await verifyGradient(context, { ...problem, ...everyCandidateAnAnchor(problem, next) });
      },
    },
  ];
});

/** Anchors that are not the candidates at `selfOffset`, nor have sums as candidates: two sets. */
function othersInTheirPlace(shape: Shape, group: string, name: string): ConformanceCheck {
  return {
    group,
    name: `${name}: anchors are others`,
    run: async (context) => {
      const { problem, next } = draw(shape);
      const others = {
        ...problem,
        anchors: problem.anchors.map((row) => row.map((x) => x + 0.5)),
        anchorLabels: [...problem.anchorLabels].reverse(),
      };
      await verifyForward(context, others, 'two sets');
      const candidateSums = noSums(shape.m);
      await verifyGradient(context, { ...withUpstream(others, next), candidateSums }, 'two sets');
    },
  };
}

function draw({ n, m, d, selfOffset }: Shape): { problem: NeighborProblem; next: () => number } {
  const next = normal(n * 10_000 + m * 100 + d + selfOffset);
  const count = selfOffset < 0 ? n + m : m;
  const pool = matrixOf(count, d, next);
  const labels = integersOf(count, 1 + Math.ceil(count / 8), uniform(count));
  if (selfOffset >= 0) {
    return { problem: blockProblem(pool, labels, Math.sqrt(d), selfOffset, n), next };
  }
  const problem = {
    anchors: pool.slice(0, n),
    candidates: pool.slice(n),
    anchorLabels: labels.slice(0, n),
    candidateLabels: labels.slice(n),
    temperature: Math.sqrt(d),
    selfOffset,
  };
  return { problem, next };
}

/**
 * Sums of anchors and of all candidates over the union of both sets, as when the blocks of one
 * large batch are worked off one pair of blocks at a time.
 */
function everyCandidateAnAnchor(
  problem: NeighborProblem,
  next: () => number,
): { anchorSums: SumsWithUpstream; candidateSums: SumsWithUpstream } {
  const { anchors, candidates, anchorLabels, candidateLabels, temperature, selfOffset } = problem;
  if (selfOffset >= 0) {
    const whole = blockProblem(candidates, candidateLabels, temperature, 0, candidates.length);
    const sums = sumsWithUpstream(whole, next);
    return { anchorSums: cut(sums, selfOffset, anchors.length), candidateSums: sums };
  }
  const union = [...anchors, ...candidates];
  const unionLabels = [...anchorLabels, ...candidateLabels];
  const whole = blockProblem(union, unionLabels, temperature, 0, union.length);
  const sums = sumsWithUpstream(whole, next);
  return {
    anchorSums: cut(sums, 0, anchors.length),
    candidateSums: cut(sums, anchors.length, candidates.length),
  };
}

function cut(sums: SumsWithUpstream, start: number, count: number): SumsWithUpstream {
  return mapSums(sums, (row) => row.slice(start, start + count));
}
