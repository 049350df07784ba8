import { expect, it } from 'vitest';
import { Gate } from './gate';

it('lets pass while open, holds while closed, and says for how long', async () => {
  const gate = new Gate();
  expect(await gate.pass()).toBe(0);
  gate.pause();
  gate.pause();
  let passed = false;
  const passing = gate.pass().then((waited) => {
    passed = true;
    return waited;
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(passed).toBe(false);
  gate.resume();
  expect(await passing).toBeGreaterThan(20);
  expect(await gate.pass()).toBe(0);
});
