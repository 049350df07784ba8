import { expect, it } from 'vitest';
import { readOptions } from './options';

it('has defaults for each backend', () => {
  expect(readOptions([])).toMatchObject({
    backend: 'wasm',
    dataset: 'mnist',
    trainSize: 10_000,
    testSize: 10_000,
    seed: 1,
    out: 'demo-report',
  });
  expect(readOptions(['--backend', 'tensorflow'])).toMatchObject({
    hidden: [500, 500, 2000],
    epochs: 50,
    batchSize: 250,
  });
});

it('reads what is given', () => {
  const args = '--epochs 3 --hidden 30,20 --batch-size 50 --factor 0.1 --seed 9 --out here';
  expect(readOptions(args.split(' '))).toMatchObject({
    epochs: 3,
    hidden: [30, 20],
    batchSize: 50,
    factor: 0.1,
    seed: 9,
    out: 'here',
  });
  expect(readOptions(['-h'])).toBe('help');
});

it.each([
  ['--epochs 0', /--epochs expects a whole number of at least 1, but got '0'/],
  ['--epochs many', /--epochs expects .* but got 'many'/],
  ['--hidden 20,', /--hidden expects a whole number of at least 1, but got ''/],
  ['--batch-size 256', /--batch-size expects a multiple of 10.* but got 256/],
  ['--batch-size 500 --train-size 100', /--batch-size 500 is more than the 100 training images/],
  ['--factor 0', /--factor expects a number greater than 0, but got '0'/],
  ['--backend webgl', /--backend expects wasm or tensorflow, but got 'webgl'/],
  ['--dataset cifar', /--dataset expects mnist or fashion-mnist, but got 'cifar'/],
  ['--speed 9', /Unknown option '--speed'[\s\S]*--help lists the options/],
])('refuses %s', (args, message) => {
  expect(() => readOptions(args.split(' '))).toThrow(message);
});
