/** A value in an error message: strings in quotes. */
export const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value);

/**
 * Refuses what is no options object, and options that nobody knows: a misspelt one would be left out
 * without a word.
 *
 * @throws TypeError if `options` is no object; RangeError if it has another key than `known`.
 */
export function assertOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `Expected the options of ${what} to be an object, such as { ${known[0]}: ... }, but got ` +
        `${shown(options)}.`,
    );
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new RangeError(
      `Expected the options of ${what} to be among ${known.join(', ')}, but got '${key}'.`,
    );
  }
}
