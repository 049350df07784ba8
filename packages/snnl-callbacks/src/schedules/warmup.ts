import { assertPositive } from './parameters';
import { checked, type Schedule, unchecked } from './schedule';

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** T(0). */
  readonly initial: number;
  /** The step at which `schedule` begins with its own step 0. */
  readonly steps: number;
}

/**
 * Runs linearly from `initial` to where `schedule` begins, then follows it: T(step) = initial +
 * (schedule(0) - initial) * step / steps before step `steps`, schedule(step - steps) from there.
 *
 * @throws RangeError if a parameter is not finite and positive.
 */
export function warmup(schedule: Schedule, { initial, steps }: WarmupOptions): Schedule {
  assertPositive('warmup', { initial, steps });
  const after = unchecked(schedule);
  return checked('warmup', (step) =>
    step < steps ? initial + (after(0) - initial) * (step / steps) : after(step - steps),
  );
}
