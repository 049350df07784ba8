import { expect, it } from 'vitest';
import { scheduleOf } from './schedule-of';
import { SCHEDULES } from './settings';

it.each(SCHEDULES)(
  '%s begins at the temperature of the settings and stays positive',
  (schedule) => {
    const at = scheduleOf({ factor: 1, distance: 'cosine', schedule, temperature: 0.5 });
    expect(at(0)).toBeCloseTo(0.5, 12);
    for (let epoch = 0; epoch < 200; epoch++) expect(at(epoch)).toBeGreaterThan(0);
    if (schedule === 'constant') expect(at(30)).toBe(0.5);
    else expect(at(9)).toBeLessThan(0.5);
  },
);
