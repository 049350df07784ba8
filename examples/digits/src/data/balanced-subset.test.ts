import { expect, it } from 'vitest';
import { balancedSubset } from './balanced-subset';

const labels = Uint8Array.of(2, 0, 0, 1, 0, 2, 1, 1, 2);

it('takes the first images of each class in file order', () => {
  expect(balancedSubset(labels, 6, 3)).toEqual([0, 1, 2, 3, 5, 6]);
});

it('gives the remainder to the first classes', () => {
  expect(balancedSubset(labels, 4, 3)).toEqual([0, 1, 2, 3]);
});

it('says which class is too small', () => {
  expect(() => balancedSubset(labels, 12, 3)).toThrow(/need 4 of class 0, but there are only 3/);
});
