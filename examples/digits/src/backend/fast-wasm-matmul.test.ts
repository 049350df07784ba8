import {
  matMul,
  memory,
  setBackend,
  type Tensor,
  tensor,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, it } from 'vitest';
import { transposeBeforeWasmProducts } from './fast-wasm-matmul';

beforeAll(async () => {
  transposeBeforeWasmProducts();
  transposeBeforeWasmProducts();
  await setBackend('wasm');
});

const range = (shape: number[], scale: number): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i) * scale),
    shape,
  );

// Small integers: products are exact in float32, so results can be compared exactly.
const a = [
  [1, 2, 3],
  [4, 5, 6],
];
const b = [
  [1, 0],
  [2, 1],
  [0, 3],
];
const product = [
  [5, 11],
  [14, 23],
];

it.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('multiplies with transposeA %s, transposeB %s', async (transposeA, transposeB) => {
  const flip = (rows: number[][], on: boolean): number[][] =>
    on ? (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? 0)) : rows;
  const result = tidy(() =>
    matMul(tensor(flip(a, transposeA)), tensor(flip(b, transposeB)), transposeA, transposeB),
  );
  expect(await result.array()).toEqual(product);
  result.dispose();
});

it('handles stacks of matrices and leaks nothing', async () => {
  const before = memory();
  tidy(() => {
    const x = range([3, 4, 5], 1);
    const y = range([3, 4, 6], 2);
    const direct = matMul(x, y, true, false).dataSync();
    const byHand = matMul(transpose(x, [0, 2, 1]), y).dataSync();
    expect([...direct]).toEqual([...byHand]);
  });
  expect(memory().numTensors).toBe(before.numTensors);
  expect(memory().numDataBuffers).toBe(before.numDataBuffers);
});
