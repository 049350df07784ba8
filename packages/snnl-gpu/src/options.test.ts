import { expect, test } from 'vitest';
import * as main from './index';
import * as node from './node';
import * as webgl from './webgl/register';
import * as webgpu from './webgpu/register';

test('no export takes options; one that does checks them by assertOptions of snnl-layer', () => {
  const functions = Object.entries({ ...main, ...node, ...webgl, ...webgpu }).flatMap(
    ([name, value]) => (typeof value === 'function' ? [name] : []),
  );
  expect(functions.sort()).toEqual([
    'loadBinary',
    'register',
    'registerTensorflow',
    'registerWebgl',
    'registerWebgpu',
  ]);
});
