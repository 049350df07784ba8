import { describe, expect, test } from 'vitest';
import { norm } from './conformance/compare.js';
import { type GoldenCase, goldenCases, workedExample } from './fixtures.js';
import { normalize, softNearestNeighborLoss, squaredDistance } from './oracle.js';

const relative = 1e-9;

describe('golden cases, computed elsewhere by automatic differentiation', () => {
  test('there are 27', () => {
    expect(goldenCases).toHaveLength(27);
  });

  test.each(goldenCases)('$name', (golden) => {
    const got = softNearestNeighborLoss(golden);
    expect(got.positives).toEqual(golden.positives);
    expect(got.validAnchors).toBe(golden.validAnchors);
    expectNear([got.loss], [golden.loss], 1);
    expectNear(got.anchorLosses, golden.anchorLosses, 1);
    expectNear(got.featureGradient.flat(), golden.featureGradient.flat(), gradientScale(golden));
    expectNear([got.temperatureGradient], [golden.temperatureGradient], 1 / golden.temperature);
  });

  // In float64 the circulated formula has no residue worth naming: its diagonal exp(0) - 1 is an
  // exact 0, so that the same value composes from A, B and the counts, for every case.
  test.each(goldenCases)('$name: value of the circulated code', (golden) => {
    const { loss } = softNearestNeighborLoss({ ...golden, stabilityEpsilon: 1e-5 });
    expectNear([loss], [golden.paperCodeLossEps1e5], 1e-4);
  });
});

describe('the worked example of the article', () => {
  const unit = workedExample.features.map(normalize);

  test('has the printed cosine distances', () => {
    const distances = unit.map((u) => unit.map((v) => squaredDistance(u, v) / 2));
    distances.flat().forEach((distance, k) => {
      const printed = workedExample.printedDistances.flat()[k] ?? Number.NaN;
      expect(Math.abs(distance - printed)).toBeLessThan(1e-4);
    });
  });

  test('has the printed exponentials', () => {
    const exponentials = unit.map((u) => unit.map((v) => Math.exp(-squaredDistance(u, v) / 2)));
    exponentials.flat().forEach((value, k) => {
      const printed = workedExample.printedExponentials.flat()[k] ?? Number.NaN;
      expect(Math.abs(value - printed)).toBeLessThan(1e-4);
    });
  });

  test('has the losses and the gradient of the fixture', () => {
    const got = softNearestNeighborLoss(workedExample);
    expectNear([got.loss], [workedExample.loss], 0);
    expectNear(got.anchorLosses, workedExample.anchorLosses, 0);
    expectNear(got.featureGradient.flat(), workedExample.featureGradient.flat(), 0);
  });

  test('has the value of the circulated code', () => {
    const { loss } = softNearestNeighborLoss({ ...workedExample, stabilityEpsilon: 1e-5 });
    expectNear([loss], [workedExample.paperCodeLossEps1e5], 0);
  });
});

/** `scale` is the size of the terms that cancel in a result whose true value is 0. */
function expectNear(got: readonly number[], expected: readonly number[], scale: number): void {
  expect(got).toHaveLength(expected.length);
  const error = norm(got.map((value, k) => value - (expected[k] ?? Number.NaN)));
  expect(error).toBeLessThanOrEqual(relative * (norm(expected) + 1e-3 * scale));
}

/** 1/T times a typical distance of the points: features of cosine cases have length 1. */
function gradientScale({ distance, temperature, features }: GoldenCase): number {
  return (distance === 'cosine' ? 1 : norm(features.flat())) / temperature;
}
