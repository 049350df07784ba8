import { goldenCases } from '@snnl/reference';
import { expect, test } from 'vitest';
import knownCases from './known-cases.json' with { type: 'json' };

test('the cases that the doctor computes are those of the fixtures', () => {
  expect(knownCases.length).toBeGreaterThan(2);
  for (const { featureGradient, ...known } of knownCases) {
    const golden = goldenCases.find(({ name }) => name === known.name);
    expect(golden?.features.flat()).toEqual(known.features);
    expect(golden?.featureGradient.flat()).toEqual(featureGradient);
    expect(golden).toMatchObject({ loss: known.loss, labels: known.labels });
    expect(golden).toMatchObject({ distance: known.distance, temperature: known.temperature });
  }
});
