import { at } from '../at.js';
import { type GoldenCase, goldenCases, workedExample } from '../fixtures.js';
import { gradToFloat32, toFloat32 } from '../float32.js';
import { neighborLogSums } from '../neighbor-log-sums.js';
import { normalize, normalizeGradient } from '../normalize.js';
import { selfProblem } from '../problems.js';
import type { SumsWithUpstream } from '../types.js';
import { meanLoss, total } from '../upstream.js';
import type { CheckContext, ConformanceCheck } from './check.js';
import { expectClose, expectCloseNorm, expectEqual, norm } from './compare.js';
import {
  anchorLossRoundoff,
  forwardRoundoff,
  gradientRoundoff,
  pairRoundoff,
  unitRoundoff,
} from './roundoff.js';
import { runForward, runGradient } from './run-kernel.js';

type Fixture = Omit<GoldenCase, 'temperatureGradient' | 'positives'> &
  Partial<Pick<GoldenCase, 'temperatureGradient' | 'positives'>>;

/** Loss, anchor losses and both gradients of every fixture, composed from the two kernels. */
export const goldenChecks: readonly ConformanceCheck[] = [
  ...goldenCases,
  { ...workedExample, name: 'worked example of the article', validAnchors: 4 },
].map((fixture) => ({
  group: 'fixtures',
  name: fixture.name,
  run: (context) => verifyFixture(context, fixture),
}));

/**
 * The kernels see features that are normalised in float64 and then rounded, once, to float32;
 * everything above the kernels is done in float64, so that their error alone is seen.
 */
async function verifyFixture({ adapter, tolerance }: CheckContext, fixture: Fixture) {
  const { features, labels, temperature, distance } = fixture;
  const cosine = distance === 'cosine';
  const points = cosine ? features.map(normalize) : features;
  const exact = selfProblem(points, labels, cosine ? 2 * temperature : temperature);
  const problem = toFloat32(exact);
  const roundoff = pairRoundoff(exact, 2 * unitRoundoff);

  const sums = await runForward(adapter, problem);
  const { loss, anchorLosses, upstreamAll, upstreamSame } = meanLoss(sums);
  const exactSums = neighborLogSums(exact);
  const sumBounds = forwardRoundoff(exact, exactSums, roundoff);
  const lossBounds = anchorLossRoundoff(sumBounds);
  const lossBound = total(lossBounds) / labels.length;
  expectClose('loss', loss, fixture.loss, tolerance.loss, lossBound);
  expectCloseNorm(
    'anchor losses',
    [anchorLosses],
    [fixture.anchorLosses],
    tolerance.loss,
    norm(lossBounds),
  );
  if (fixture.positives) expectEqual('sameCount', sums[4], fixture.positives);

  if (fixture.temperatureGradient !== undefined) {
    let gradient = 0;
    let bound = 0;
    for (const [i, a] of upstreamAll.entries()) {
      const b = at(upstreamSame, i);
      gradient += a * at(sums[2], i) + b * at(sums[3], i);
      bound += Math.abs(a) * at(at(sumBounds, 2), i) + Math.abs(b) * at(at(sumBounds, 3), i);
    }
    const scale = (cosine ? 2 : 1) / exact.temperature ** 2;
    expectClose(
      'temperature gradient',
      gradient * scale,
      fixture.temperatureGradient,
      tolerance.gradient,
      bound * scale,
    );
  }

  const [, , , , , ...references] = sums;
  const ownSums: SumsWithUpstream = [...references, upstreamAll, upstreamSame];
  const gradProblem = { ...exact, anchorSums: ownSums, candidateSums: ownSums };
  const pointGradient = await runGradient(adapter, gradToFloat32(gradProblem));
  const rowBounds = gradientRoundoff(gradProblem, roundoff).map((bound, i) => {
    const length = cosine ? Math.hypot(...at(features, i)) : 1;
    return length === 0 ? 0 : bound / length;
  });
  expectCloseNorm(
    'feature gradient',
    cosine ? features.map((row, i) => normalizeGradient(row, at(pointGradient, i))) : pointGradient,
    fixture.featureGradient,
    tolerance.gradient,
    norm(rowBounds),
  );
}
