import { describe, expect, it } from 'vitest';
import { Pace } from './pace';

/** Steps of the given lengths in ms; returns after which of them the event loop turned. */
async function turnsAfter(stretches: number[]): Promise<number[]> {
  let clock = 0;
  let step = 0;
  const turns: number[] = [];
  const pace = new Pace(
    125,
    () => clock,
    async () => {
      turns.push(step);
    },
  );
  for (step = 0; step < stretches.length; step++) {
    clock += stretches[step] as number;
    await pace.step();
  }
  return turns;
}

describe('Pace', () => {
  it('does not yield for short work', async () => {
    expect(await turnsAfter([10, 10, 10])).toEqual([]);
  });

  it('yields before the limit would be passed', async () => {
    expect(await turnsAfter([50, 50, 50, 50, 50])).toEqual([1, 3]);
  });

  it('yields after each stretch that fills the limit by itself', async () => {
    expect(await turnsAfter([200, 70, 10, 70])).toEqual([0, 1, 3]);
  });
});
