import { at } from '../at.js';
import { toFloat32 } from '../float32.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { placeSums, selfProblem, withUpstream } from '../problems.js';
import { matrixOf, normal } from '../random.js';
import type { NeighborGradProblem, NeighborProblem, SumsWithUpstream } from '../types.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectAllNaN, expectClose, expectEqual, expectFinite } from './compare.js';
import { runForward, runGradient } from './run-kernel.js';
import { rowNames } from './verify.js';

/** Not a multiple of any vector width, so that both bodies and tails of loops see bad values. */
const d = 19;
const labels = [0, 1, 0, 2, 1, 0, 1];
const clean = matrixOf(labels.length, d, normal(11));
/** The only one of its class. */
const lone = 3;

const badTemperatures = [Number.NaN, Infinity, -Infinity, 0, -1];
/** The last one is finite, but its square is not finite in float32. */
const badFeatures = [Number.NaN, Infinity, -Infinity, 1e30];
const places = [
  { sample: 0, feature: 0 },
  { sample: lone, feature: d - 1 },
  { sample: 6, feature: 7 },
];

const kinds = {
  self: (features: readonly number[][]): NeighborProblem => ({
    anchors: features,
    candidates: features,
    anchorLabels: labels,
    candidateLabels: labels,
    temperature: 4,
    selfOffset: 0,
  }),
  memory: (features: readonly number[][]): NeighborProblem => ({
    ...kinds.self(features),
    anchors: features.slice(2, 5),
    anchorLabels: labels.slice(2, 5),
    selfOffset: 2,
  }),
};

const others = matrixOf(5, d, normal(12));
const otherLabels = [0, 1, 1, 0, 1];
const disjoint: NeighborProblem = {
  ...kinds.self(clean),
  candidates: others,
  candidateLabels: otherLabels,
  selfOffset: -1,
};

/** Bad inputs come out as NaN, never as a plausible number, a crash or a hang. */
export const nonFiniteChecks: readonly ConformanceCheck[] = [
  ...badTemperatures.map((temperature) => ({
    group: 'bad inputs',
    name: `temperature ${temperature} makes everything NaN but the counts`,
    run: async (context: CheckContext) => {
      for (const problem of [kinds.self(clean), kinds.memory(clean), disjoint]) {
        await expectSpoilt(context, { ...problem, temperature }, problem, () => true);
      }
    },
  })),
  ...badFeatures.flatMap((value) => [
    {
      group: 'bad inputs',
      name: `a feature ${value} in a batch against itself makes every anchor NaN`,
      run: async (context: CheckContext) => {
        for (const place of places) {
          const problem = kinds.self(spoil(clean, place, value));
          await expectSpoilt(context, problem, kinds.self(clean), () => true);
        }
      },
    },
    {
      group: 'bad inputs',
      name: `a feature ${value} in the memory makes every anchor NaN`,
      run: async (context: CheckContext) => {
        const problem = kinds.memory(spoil(clean, { sample: 6, feature: 7 }, value));
        await expectSpoilt(context, problem, kinds.memory(clean), () => true);
      },
    },
    {
      group: 'bad inputs',
      name: `a feature ${value} in a candidate makes every anchor NaN`,
      run: async (context: CheckContext) => {
        for (const place of [
          { sample: 0, feature: 0 },
          { sample: 4, feature: d - 1 },
        ]) {
          const problem = { ...disjoint, candidates: spoil(others, place, value) };
          await expectSpoilt(context, problem, disjoint, () => true);
        }
      },
    },
    {
      group: 'bad inputs',
      name: `a feature ${value} in an anchor that is no candidate makes that anchor NaN alone`,
      run: async (context: CheckContext) => {
        for (const place of places) {
          const problem = { ...disjoint, anchors: spoil(clean, place, value) };
          await expectSpoilt(context, problem, disjoint, (i) => i === place.sample);
        }
      },
    },
  ]),
  {
    group: 'bad inputs',
    name: 'a temperature so low that d/T is not finite in float32 gives no finite sum',
    run: async ({ adapter }) => {
      const far = clean.map((row, i) => row.map((value) => value + 100 * i));
      const sums = await runForward(adapter, { ...kinds.self(far), temperature: 2e-38 });
      const finite = sums[0].findIndex(Number.isFinite);
      if (finite >= 0) {
        throw new Error(
          `logSumAll of anchor ${finite}: not finite in float32, got ${sums[0][finite]}.`,
        );
      }
    },
  },
  ...[3e18, 1e19, 1.5e19].map((a) => ({
    group: 'bad inputs',
    name: `distances between features of ${a} and ${-a} give the right sums, or none that is finite`,
    run: async ({ adapter }: CheckContext) => {
      const features = [a, -a, 0.9 * a, -0.9 * a].map((value) => [Math.fround(value)]);
      const problem = toFloat32(selfProblem(features, [0, 0, 1, 1], 1e6));
      const expected = neighborLogSums(problem);
      for (const [r, row] of (await runForward(adapter, problem)).entries()) {
        for (const [i, value] of row.entries()) {
          if (!Number.isFinite(value)) continue;
          expectClose(`${at(rowNames, r)} of anchor ${i}`, value, at(at(expected, r), i), 1e-4, 1);
        }
      }
    },
  })),
  {
    group: 'bad inputs',
    name: 'good inputs give good results after bad ones',
    run: async ({ adapter }) => {
      const first = await runForward(adapter, kinds.self(clean));
      await runForward(adapter, kinds.self(spoil(clean, { sample: 2, feature: 2 }, Number.NaN)));
      const second = await runForward(adapter, kinds.self(clean));
      expectEqual('second run on good inputs', second.flat(), first.flat());
    },
  },
];

function spoil(
  rows: readonly number[][],
  { sample, feature }: { sample: number; feature: number },
  value: number,
): number[][] {
  return rows.map((row, i) => row.map((v, k) => (i === sample && k === feature ? value : v)));
}

/**
 * Both kernels on `bad`: NaN for the anchors that `spoilt` names, finite for all others. The
 * gradient is tried with the sums of the bad inputs, as in a training step, and, where the input
 * itself is not a number, with the sums of the good inputs as well.
 */
async function expectSpoilt(
  { adapter }: CheckContext,
  bad: NeighborProblem,
  good: NeighborProblem,
  spoilt: (anchor: number) => boolean,
): Promise<void> {
  const sums = await runForward(adapter, bad);
  for (const [r, row] of sums.entries()) {
    if (r === 4) continue;
    expectSplit(
      at(rowNames, r),
      row.map((value) => [value]),
      spoilt,
    );
  }
  expectEqual('sameCount', sums[4], neighborLogSums(good)[4]);

  const ofGood = withUpstream(good, normal(13));
  const [, , , , upstreamAll, upstreamSame] = ofGood.anchorSums;
  const [, , , , , ...references] = sums;
  const anchorSums: SumsWithUpstream = [...references, upstreamAll, upstreamSame];
  const candidateSums =
    bad.selfOffset < 0
      ? ofGood.candidateSums
      : placeSums(anchorSums, bad.selfOffset, bad.candidates.length);
  const ofBad: NeighborGradProblem = { ...bad, anchorSums, candidateSums };
  expectSplit('gradient', await runGradient(adapter, ofBad), spoilt);

  const overflows = [bad.anchors, bad.candidates].some((rows) => rows.flat().includes(1e30));
  if (overflows) return;
  const gradient = await runGradient(adapter, { ...ofGood, ...bad });
  expectSplit('gradient from sums of good inputs', gradient, spoilt);
}

function expectSplit(what: string, rows: number[][], spoilt: (anchor: number) => boolean): void {
  for (const [i, row] of rows.entries()) {
    (spoilt(i) ? expectAllNaN : expectFinite)(`${what} of anchor ${i}`, row);
  }
}
