import { expect, test } from 'vitest';
import { obstacle } from './device';

test('a process without WebGL 2 is told so', () => {
  expect(typeof WebGL2RenderingContext).toBe('undefined');
  expect(obstacle({})).toBe('the kernels need WebGL 2');
});
