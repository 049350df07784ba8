import { disjointBatches, seeds } from '../arbitraries.js';
import { toFloat32 } from '../float32.js';
import { selfProblem } from '../problems.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import type { Matrix, NeighborProblem } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectEqual } from './compare.js';
import { withoutLabels } from './missing-labels.js';
import { forAll } from './property.js';
import { crossValues, runCross } from './run-kernel.js';
import { expectSums } from './verify.js';

interface Shape {
  readonly n: number;
  readonly m: number;
  readonly d: number;
  /** As a multiple of sqrt(D). */
  readonly heat?: number;
  /** Between both sets, in each feature. */
  readonly gap?: number;
}

const shapes: readonly Shape[] = [
  { n: 33, m: 129, d: 17 },
  { n: 129, m: 33, d: 17 },
  { n: 65, m: 65, d: 33 },
  { n: 1, m: 401, d: 3 },
  { n: 401, m: 1, d: 2 },
  { n: 31, m: 257, d: 401 },
  { n: 1271, m: 170, d: 3 },
  { n: 83, m: 167, d: 9, heat: 1e-3 },
  { n: 83, m: 167, d: 9, heat: 1e6 },
  { n: 83, m: 167, d: 9, gap: 3 },
];

const labels = [0, 1, 0, 2, 1, 0, 1];
const clean = drawn({ n: 7, m: 5, d: 19 });

/** The sums of both of two disjoint sets, each as the forward kernel would have them. */
export const crossChecks: readonly ConformanceCheck[] = [
  ...shapes.map((shape) => {
    const { n, m, d, heat = 1, gap = 0 } = shape;
    return {
      name: `sums of ${n} and ${m} samples of ${d} features, temperature ${heat} sqrt(D), gap ${gap}`,
      run: (context: CheckContext) => verifyCross(context, drawn(shape)),
    };
  }),
  {
    name: 'sums of two random sets',
    run: (context: CheckContext) =>
      forAll(context, disjointBatches(), seeds(), (problem) => verifyCross(context, problem)),
  },
  ...[
    { name: 'no anchors', problem: { ...clean, anchors: [], anchorLabels: [] } },
    { name: 'no candidates', problem: { ...clean, candidates: [], candidateLabels: [] } },
    { name: 'no samples', problem: { ...selfProblem([], [], 1), selfOffset: -1 } },
    {
      name: 'classes of one set only',
      problem: { ...clean, anchorLabels: labels.map((l) => l + 9) },
    },
  ].map(({ name, problem }) => ({
    name: `sums of two sets: ${name}`,
    run: (context: CheckContext) => verifyCross(context, problem),
  })),
  ...[0, 3].flatMap((every) =>
    [undefined, Number.NaN].map((value) => ({
      name: `sums of two sets of which one sample in ${every} has a label, the others ${value}`,
      run: (context: CheckContext) => verifyCross(context, someLabelled(every, value)),
    })),
  ),
  ...[Number.NaN, Infinity].flatMap((value) =>
    (['anchors', 'candidates'] as const).map((side) => ({
      name: `a feature ${value} in the ${side} makes that sample and the whole other set NaN`,
      run: (context: CheckContext) =>
        verifyCross(context, {
          ...clean,
          [side]: clean[side].map((row, i) => (i === 3 ? [...row.slice(0, 18), value] : row)),
        }),
    })),
  ),
  {
    name: 'temperature NaN makes the sums of both sets NaN',
    run: (context: CheckContext) => verifyCross(context, { ...clean, temperature: Number.NaN }),
  },
  {
    name: 'the same two sets give the same bits, also after other work',
    run: async ({ adapter }: CheckContext) => {
      const problem = drawn({ n: 300, m: 410, d: 70 });
      const first = await crossValues(adapter, problem);
      for (let rerun = 1; rerun <= 4; rerun++) {
        if (rerun % 2 === 0) await crossValues(adapter, clean);
        expectEqual(`rerun ${rerun}`, [...(await crossValues(adapter, problem))], [...first]);
      }
    },
  },
].map((check) => ({
  group: 'sums of both of two sets',
  needs: ['SnnlCrossLogSums'] as const,
  ...check,
}));

function drawn({ n, m, d, heat = 1, gap = 0 }: Shape): NeighborProblem {
  const next = normal(n * 10_000 + m * 100 + d);
  const classes = integersOf(n + m, 1 + Math.ceil((n + m) / 8), uniform(n + m));
  return toFloat32({
    anchors: matrixOf(n, d, next),
    candidates: matrixOf(m, d, () => next() + gap),
    anchorLabels: classes.slice(0, n),
    candidateLabels: classes.slice(n),
    temperature: heat * Math.sqrt(d),
    selfOffset: -1,
  });
}

/** Two sets of which one sample in `every` has a label, 0 for none, the others a feature `value`. */
function someLabelled(every: number, value: number | undefined): NeighborProblem {
  const problem = drawn({ n: 83, m: 167, d: 9 });
  const has = (index: number) => every > 0 && index % every === 1;
  const spoilt = (rows: Matrix) =>
    rows.map((row, index) => (value === undefined || has(index) ? row : [value, ...row.slice(1)]));
  return {
    ...problem,
    anchors: spoilt(problem.anchors),
    candidates: spoilt(problem.candidates),
    anchorLabels: withoutLabels(problem.anchorLabels, has),
    candidateLabels: withoutLabels(problem.candidateLabels, has),
  };
}

/** Both halves of the result against the oracle, which sees one problem and then the other. */
async function verifyCross(context: CheckContext, exactProblem: NeighborProblem): Promise<void> {
  const problem = toFloat32(exactProblem);
  const [ofAnchors, ofCandidates] = await runCross(context.adapter, problem);
  const { anchors, candidates, anchorLabels, candidateLabels } = problem;
  const exchanged = {
    ...problem,
    anchors: candidates,
    candidates: anchors,
    anchorLabels: candidateLabels,
    candidateLabels: anchorLabels,
  };
  expectSums('anchor', ofAnchors, problem, context.tolerance);
  expectSums('candidate', ofCandidates, exchanged, context.tolerance);
}
