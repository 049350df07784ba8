import { expect, it } from 'vitest';
import { balancedSubset } from './balanced-subset';

const labels = [2, 0, 0, 1, 0, 2, 1, 1, 2];

it('takes the first samples of each class, in order', () => {
  expect(balancedSubset(labels, 6)).toEqual([0, 1, 2, 3, 5, 6]);
});

it('takes all where there are no more', () => {
  expect(balancedSubset(labels, 99)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

it('gives the share of a small class to the others', () => {
  expect(balancedSubset([0, 0, 0, 0, 0, 1, 2, 2, 2, 2], 7)).toEqual([0, 1, 2, 5, 6, 7, 8]);
});
