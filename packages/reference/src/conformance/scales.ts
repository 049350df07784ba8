import { at } from '../at.js';
import { toFloat32 } from '../float32.js';
import { noSums, placeSums, selfProblem, withUpstream } from '../problems.js';
import { integersOf, matrixOf, normal, uniform } from '../random.js';
import type { NeighborProblem, SumsWithUpstream } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectClose } from './compare.js';
import { runForward, runGradient } from './run-kernel.js';
import { verifyForward, verifyGradient } from './verify.js';

const group = 'extreme scales';

interface Scale {
  readonly n: number;
  readonly d: number;
  /** Deviation of the features around `offset`. */
  readonly size: number;
  readonly offset: number;
  readonly temperature: number;
}

/** |logSumAll| from 1e-15 to 1e17. */
const scales: readonly Scale[] = [
  ...[1e-6, 1e-3, 1, 300, 1000, 1e6].flatMap((size) =>
    [1e-4, 0.1, 1e6].map((temperature) => ({ n: 41, d: 19, size, offset: 0, temperature })),
  ),
  { n: 41, d: 19, size: 1, offset: 1e4, temperature: 1e-4 },
  { n: 41, d: 19, size: 1, offset: 1e4, temperature: 1 },
  { n: 64, d: 784, size: 100, offset: 128, temperature: 0.1 },
  { n: 130, d: 65, size: 1000, offset: 0, temperature: 0.1 },
  { n: 5, d: 50_000, size: 1, offset: 0, temperature: 0.1 },
  { n: 5, d: 50_000, size: 1, offset: 10, temperature: 1e4 },
];

/** Weights are probabilities, and distances keep their digits, at any scale. */
export const scaleChecks: readonly ConformanceCheck[] = [
  ...scales.flatMap((scale): ConformanceCheck[] => {
    const { n, d, size, offset, temperature } = scale;
    const name = `${n} x ${d}, deviation ${size} around ${offset}, temperature ${temperature}`;
    return [
      {
        group,
        name: `${name}: sums and gradient`,
        run: async (context) => {
          const { problem, next } = draw(scale);
          const [, , , , , ...references] = await verifyForward(context, problem);
          await verifyGradient(context, withUpstream(problem, next), 'one batch', references);
        },
      },
      {
        group,
        name: `${name}: the weights of an anchor sum to 1`,
        run: async (context) => {
          const { problem } = draw(scale);
          // Minutes on an emulator, where there are many features.
          const all = d < 10_000;
          for (const i of all ? [0, n - 1] : [0]) {
            await expectUnitSums(context, problem, i, all ? [false, true] : [false]);
          }
        },
      },
    ];
  }),
  {
    group,
    name: 'distances of constant differences over 50,000 features',
    run: async (context) => {
      const row = (value: number) => new Array<number>(50_000).fill(value);
      const problem = selfProblem([row(0), row(0.3), row(0.5)], [0, 0, 1], 4500);
      await verifyForward(context, problem);
      await verifyGradient(context, withUpstream(problem, normal(3)));
    },
  },
];

function draw({ n, d, size, offset, temperature }: Scale) {
  const next = normal(n * 1000 + d);
  const features = matrixOf(n, d, () => Math.fround(offset + size * next()));
  const classes = integersOf(n, 2, uniform(n + d));
  return { problem: toFloat32(selfProblem(features, classes, temperature)), next };
}

/**
 * In a feature that is c for anchor i and 0 for all others, the gradient of A_i (or B_i) for x_i is
 * -2 c / T times the sum of the weights of i: once with the batch against itself, and once with the
 * anchor apart from its candidates.
 */
async function expectUnitSums(
  context: CheckContext,
  drawn: NeighborProblem,
  i: number,
  kinds: readonly boolean[],
): Promise<void> {
  const c = Math.fround(
    drawn.anchors.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
  const features = drawn.anchors.map((row, j) => [i === j ? c : 0, ...row]);
  const self = selfProblem(features, drawn.anchorLabels, drawn.temperature);
  const others = <T>(values: readonly T[]) => values.filter((_, j) => j !== i);
  const apart: NeighborProblem = {
    ...self,
    anchors: [at(features, i)],
    anchorLabels: [at(drawn.anchorLabels, i)],
    candidates: others(features),
    candidateLabels: others(drawn.anchorLabels),
    selfOffset: -1,
  };
  for (const [problem, row] of [
    [self, i],
    [apart, 0],
  ] as const) {
    const [, , , , , ...references] = await runForward(context.adapter, problem);
    const only = references[0].map((_, k) => (k === row ? 1 : 0));
    const none = only.map(() => 0);
    for (const ofClass of kinds) {
      const anchorSums: SumsWithUpstream = ofClass
        ? [...references, none, only]
        : [...references, only, none];
      const gradient = await runGradient(context.adapter, {
        ...problem,
        anchorSums,
        candidateSums:
          problem === self
            ? placeSums(anchorSums, 0, features.length)
            : noSums(features.length - 1),
      });
      const scale = (-2 * c) / problem.temperature;
      const sum = at(at(gradient, row), 0) / scale;
      const what = `sum of the weights of anchor ${i}${ofClass ? ' within its class' : ''}`;
      // Roundings of exp and of sums over N weights.
      expectClose(`${what}, selfOffset ${problem.selfOffset}`, sum, 1, 2e-5, 0);
    }
  }
}
