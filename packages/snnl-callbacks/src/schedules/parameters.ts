/** @throws RangeError if one of the named parameters of schedule `name` is not finite and positive. */
export function assertPositive(name: string, parameters: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(parameters)) {
    if (typeof value !== 'number' || !(value > 0 && value < Infinity)) {
      throw new RangeError(
        `Expected ${key} of ${name} to be a finite number greater than 0, but got ${value}.`,
      );
    }
  }
}

/** @throws RangeError if `value` is not a finite number of at least 0. */
export function assertNotNegative(name: string, key: string, value: number): void {
  if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) {
    throw new RangeError(
      `Expected ${key} of ${name} to be a finite number of at least 0, but got ${value}.`,
    );
  }
}
