import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checked, type Schedule, temperatureAt } from './checked-schedule';
import {
  clamp,
  constant,
  cosine,
  cosineRestarts,
  exponential,
  inversePower,
  linear,
  piecewise,
  stepDecay,
  warmup,
} from './schedules';

const at = (schedule: Schedule, steps: number[]): number[] => steps.map((step) => schedule(step));

/** Values computed by hand from the formulas in the docstrings. */
const worked: [string, Schedule, number[], number[]][] = [
  ['constant', constant(0.3), [0, 7], [0.3, 0.3]],
  ['inversePower', inversePower(), [0, 1, 9, 99], [1, 0.683020128, 0.281838293, 0.0794328235]],
  ['inversePower, scaled', inversePower({ initial: 100, gamma: 2 }), [0, 1, 4], [100, 25, 4]],
  [
    'exponential',
    exponential({ initial: 8, rate: 0.5, every: 2 }),
    [0, 2, 3, 6],
    [8, 4, 8 ** 0.5, 1],
  ],
  ['linear', linear({ initial: 2, final: 1, steps: 4 }), [0, 1, 4, 9], [2, 1.75, 1, 1]],
  ['cosine', cosine({ initial: 3, final: 1, steps: 6 }), [0, 2, 3, 6, 7], [3, 2.5, 2, 1, 1]],
  [
    'cosineRestarts',
    cosineRestarts({ initial: 3, final: 1, steps: 6 }),
    [0, 3, 6, 9, 12],
    [3, 2, 3, 2, 3],
  ],
  [
    'cosineRestarts, longer and lower',
    cosineRestarts({ initial: 3, final: 1, steps: 2, lengthen: 2, shrink: 0.5 }),
    // Cycles begin at steps 0, 2 and 6.
    [0, 1, 2, 4, 6, 10],
    [3, 2, 2, 1.5, 1.5, 1.25],
  ],
  ['stepDecay', stepDecay({ factor: 0.1, every: 3 }), [0, 2, 3, 6], [1, 1, 0.1, 0.01]],
  [
    'piecewise',
    piecewise([
      [0, 1],
      [10, 0.5],
      [50, 0.1],
    ]),
    [0, 9, 10, 49, 50, 99],
    [1, 1, 0.5, 0.5, 0.1, 0.1],
  ],
  [
    'warmup',
    warmup(inversePower({ gamma: 1 }), { initial: 5, steps: 4 }),
    [0, 1, 4, 5],
    [5, 4, 1, 0.5],
  ],
  ['clamp', clamp(inversePower({ gamma: 1 }), { min: 0.2, max: 0.9 }), [0, 1, 9], [0.9, 0.5, 0.2]],
];

describe('schedules', () => {
  it.each(worked)('%s follows its formula', (_, schedule, steps, expected) => {
    at(schedule, steps).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 9);
    });
  });

  it.each([
    ['constant', () => constant(0)],
    ['inversePower', () => inversePower({ gamma: -1 })],
    ['inversePower', () => inversePower({ initial: Number.NaN })],
    ['exponential', () => exponential({ rate: 0 })],
    ['linear', () => linear({ final: 0, steps: 10 })],
    ['cosine', () => cosine({ final: 0.1, steps: 0 })],
    ['cosineRestarts', () => cosineRestarts({ final: 0.1, steps: 5, lengthen: 0.5 })],
    ['stepDecay', () => stepDecay({ factor: 0.5, every: Number.POSITIVE_INFINITY })],
    ['piecewise', () => piecewise([])],
    ['piecewise', () => piecewise([[1, 1]])],
    [
      'piecewise',
      () =>
        piecewise([
          [0, 1],
          [5, 2],
          [5, 3],
        ]),
    ],
    [
      'piecewise',
      () =>
        piecewise([
          [0, 1],
          [5, 0],
        ]),
    ],
    ['warmup', () => warmup(constant(1), { initial: 0, steps: 3 })],
    ['clamp', () => clamp(constant(1), { min: 2, max: 1 })],
  ])('%s refuses parameters out of range', (name, create) => {
    expect(create).toThrow(name);
    expect(create).toThrow(RangeError);
  });

  it('names the step at which a schedule underflows', () => {
    const schedule = exponential({ rate: 0.1 });
    expect(() => schedule(400)).toThrow('the temperature of exponential at step 400');
  });

  it('clamps a schedule that underflows or overflows', () => {
    expect(clamp(exponential({ rate: 0.1 }), { min: 1e-3 })(400)).toBe(1e-3);
    expect(clamp(exponential({ rate: 10 }), { max: 50 })(400)).toBe(50);
    const warm = warmup(exponential({ rate: 0.1 }), { initial: 2, steps: 10 });
    expect(clamp(warm, { min: 1e-3 })(500)).toBe(1e-3);
  });

  it('does not clamp NaN into a plausible temperature', () => {
    expect(() => clamp(() => Number.NaN, { min: 0.1 })(5)).toThrow('clamp at step 5');
  });

  it('refuses to compose what is not a function', () => {
    const number: Schedule = JSON.parse('1');
    expect(() => clamp(number, { min: 0.1 })).toThrow(TypeError);
  });

  it('composes functions of the user, checked', () => {
    const schedule = warmup((step) => 1 - step / 5, { initial: 2, steps: 2 });
    expect(at(schedule, [0, 1, 2, 3])).toEqual([2, 1.5, 1, 0.8]);
    expect(() => schedule(7)).toThrow('warmup at step 7');
  });

  it('restarts each cycle where the one before it ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 1.5, 2, 3),
        fc.integer({ min: 0, max: 400 }),
        (steps, lengthen, step) => {
          // The same, cycle by cycle.
          let begin = 0;
          let length = steps;
          while (begin + length <= step) {
            begin += length;
            length *= lengthen;
          }
          const share = (step - begin) / length;
          const expected = 1 + 2 * ((1 + Math.cos(Math.PI * share)) / 2);
          const schedule = cosineRestarts({ initial: 3, final: 1, steps, lengthen });
          expect(schedule(step)).toBeCloseTo(expected, 9);
        },
      ),
    );
  });
});

describe('temperatureAt', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s, naming the step', (value) => {
    expect(() => temperatureAt((step) => (step === 3 ? value : 1), 3)).toThrow(
      `Expected the temperature of the schedule at step 3 to be a finite number greater than 0, but got ${value}.`,
    );
  });

  it('refuses what is not a number', () => {
    const schedule = (): number => JSON.parse('"0.5"');
    expect(() => temperatureAt(schedule, 1)).toThrow('at step 1');
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses step %s', (step) => {
    expect(() => checked('flat', () => 1)(step)).toThrow('Expected the step of flat');
  });
});
