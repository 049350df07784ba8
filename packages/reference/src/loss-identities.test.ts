import { describe, expect, test } from 'vitest';
import { at } from './at.js';
import { type Distance, type LossProblem, softNearestNeighborLoss } from './oracle.js';
import { integersOf, matrixOf, normal, uniform } from './random.js';
import { total } from './upstream.js';

const distances: readonly Distance[] = ['cosine', 'squaredEuclidean'];

function draw(distance: Distance): LossProblem {
  return {
    distance,
    features: matrixOf(11, 4, normal(31)),
    labels: integersOf(11, 4, uniform(32)),
    temperature: 0.8,
  };
}

describe.each(distances)('%s', (distance) => {
  const problem = draw(distance);
  const result = softNearestNeighborLoss(problem);

  test.each([0, 1e-5])('gradients are central differences, stabilityEpsilon %f', (epsilon) => {
    const stable = { ...problem, stabilityEpsilon: epsilon };
    const { featureGradient, temperatureGradient } = softNearestNeighborLoss(stable);
    const h = 1e-6;
    const slope = (at: (step: number) => LossProblem) =>
      (softNearestNeighborLoss(at(h)).loss - softNearestNeighborLoss(at(-h)).loss) / (2 * h);
    const ofTemperature = slope((step) => ({ ...stable, temperature: 0.8 + step }));
    expect(temperatureGradient).toBeCloseTo(ofTemperature, 7);
    for (const [i, row] of featureGradient.entries()) {
      for (const [k, got] of row.entries()) {
        const features = (step: number) =>
          problem.features.map((x, r) => x.map((v, c) => (r === i && c === k ? v + step : v)));
        expect(got).toBeCloseTo(
          slope((step) => ({ ...stable, features: features(step) })),
          7,
        );
      }
    }
  });

  test('renaming classes changes nothing', () => {
    const labels = problem.labels.map((label) => 1000 - 7 * label);
    expect(softNearestNeighborLoss({ ...problem, labels }).loss).toBe(result.loss);
  });

  test('the order of samples does not matter', () => {
    const reversed = {
      ...problem,
      features: [...problem.features].reverse(),
      labels: [...problem.labels].reverse(),
    };
    const got = softNearestNeighborLoss(reversed);
    expect(got.loss).toBeCloseTo(result.loss, 12);
    expect(got.anchorLosses.reverse().map(round)).toEqual(result.anchorLosses.map(round));
  });

  test('rotating changes nothing', () => {
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const features = problem.features.map(([x = 0, y = 0, ...rest]) => [
      c * x - s * y,
      s * x + c * y,
      ...rest,
    ]);
    expect(softNearestNeighborLoss({ ...problem, features }).loss).toBeCloseTo(result.loss, 12);
  });
});

describe('squaredEuclidean', () => {
  const problem = draw('squaredEuclidean');
  const result = softNearestNeighborLoss(problem);

  test('L(sx, s^2 T) = L(x, T)', () => {
    const features = problem.features.map((row) => row.map((v) => 3 * v));
    const scaled = { ...problem, features, temperature: 9 * problem.temperature };
    expect(softNearestNeighborLoss(scaled).loss).toBeCloseTo(result.loss, 12);
  });

  test('moving all points together changes nothing', () => {
    const features = problem.features.map((row) => row.map((v, k) => v + 10 * k - 5));
    expect(softNearestNeighborLoss({ ...problem, features }).loss).toBeCloseTo(result.loss, 12);
  });

  test('gradients sum to zero', () => {
    for (const k of [0, 1, 2, 3]) {
      expect(total(result.featureGradient.map((row) => at(row, k)))).toBeCloseTo(0, 12);
    }
  });

  test('sum x.dL/dx + 2 T dL/dT = 0', () => {
    const products = problem.features.map((row, i) =>
      total(row.map((v, k) => v * at(at(result.featureGradient, i), k))),
    );
    const { temperature } = problem;
    expect(total(products) + 2 * temperature * result.temperatureGradient).toBeCloseTo(0, 12);
  });
});

describe('closed forms', () => {
  test.each([0.1, 1, 10])('unit square, classes on opposite edges, T = %f', (temperature) => {
    const { loss } = softNearestNeighborLoss({
      features: [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ],
      labels: [0, 0, 1, 1],
      temperature,
      distance: 'squaredEuclidean',
    });
    expect(loss).toBeCloseTo(Math.log(2 + Math.exp(-1 / temperature)), 12);
  });

  test('all points equal, 3 classes of 4', () => {
    const got = softNearestNeighborLoss({
      features: matrixOf(12, 2, () => 0.5),
      labels: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
      temperature: 1,
      distance: 'cosine',
    });
    expect(got.loss).toBeCloseTo(Math.log(11 / 3), 12);
    expect(got.featureGradient.flat().every((v) => Math.abs(v) < 1e-12)).toBe(true);
  });

  test('one class', () => {
    const problem = { ...draw('squaredEuclidean'), labels: new Array<number>(11).fill(2) };
    expect(softNearestNeighborLoss(problem).loss).toBeCloseTo(0, 12);
  });

  test('a zero vector under cosine distance has no gradient', () => {
    const problem = draw('cosine');
    const features = problem.features.map((row, i) => (i === 2 ? row.map(() => 0) : row));
    const got = softNearestNeighborLoss({ ...problem, features });
    expect(Number.isFinite(got.loss)).toBe(true);
    expect(got.featureGradient[2]).toEqual([0, 0, 0, 0]);
  });

  test('no samples: 0, with or without stabilityEpsilon', () => {
    for (const stabilityEpsilon of [0, 1e-5]) {
      const got = softNearestNeighborLoss({
        ...draw('cosine'),
        features: [],
        labels: [],
        stabilityEpsilon,
      });
      expect(got).toMatchObject({ loss: 0, validAnchors: 0, temperatureGradient: 0 });
    }
  });
});

function round(value: number): number {
  return Number(value.toFixed(12));
}
