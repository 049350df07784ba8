import {
  constant,
  cosine,
  cosineRestarts,
  exponential,
  inversePower,
  linear,
  type Schedule,
} from 'snnl-callbacks';
import type { ScheduleName, Settings } from './settings';

/** Falling schedules that have an end reach it after this many epochs, at a tenth of the start. */
const EPOCHS_TO_COOL = 30;
const EPOCHS_OF_A_CYCLE = 10;

const MAKE: Record<ScheduleName, (initial: number) => Schedule> = {
  constant,
  inversePower: (initial) => inversePower({ initial, gamma: 0.55 }),
  exponential: (initial) => exponential({ initial, rate: 0.95 }),
  linear: (initial) => linear({ initial, final: initial / 10, steps: EPOCHS_TO_COOL }),
  cosine: (initial) => cosine({ initial, final: initial / 10, steps: EPOCHS_TO_COOL }),
  cosineRestarts: (initial) =>
    cosineRestarts({ initial, final: initial / 10, steps: EPOCHS_OF_A_CYCLE }),
};

/** The temperature of each epoch. */
export function scheduleOf({ schedule, temperature }: Settings): Schedule {
  return MAKE[schedule](temperature);
}
