import { Tensor } from '@tensorflow/tfjs-core';

/** A value in an error message: strings in quotes, other things by what they are. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function')
    return value.name === '' ? 'a function' : `function ${value.name}`;
  if (value instanceof Tensor) return `a tensor of shape [${value.shape}]`;
  if (Array.isArray(value)) {
    const first = value
      .slice(0, 5)
      .map((entry) => (Array.isArray(entry) ? '[...]' : describeValue(entry)));
    return `[${first.join(', ')}${value.length > 5 ? ', ...' : ''}]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? 'Object';
  if (name !== 'Object') return `an object of class ${name}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? '{}' : `an object with ${keys.slice(0, 5).join(', ')}`;
}

/** What an option may be. The type of the option is the `T` of its rule, no more and no less. */
export interface Rule<T> {
  /** Ends the sentence "Expected temperature to be ...". */
  readonly expected: string;
  /** Whether a value is of the right type. */
  readonly isType: (value: unknown) => value is T;
  /** Whether a value of that type is allowed. */
  readonly allows: (value: T) => boolean;
}

/** A rule whose type is not of interest. */
type AnyRule = Pick<Rule<never>, 'expected' | 'allows'> & {
  readonly isType: (value: unknown) => boolean;
};

/** The rule of an option that has to be given. */
export interface RequiredRule<T> extends Rule<T> {
  readonly required: true;
}

/** A rule for each option of an options object: `const RULES: OptionRules<CsvOptions> = {...}`. */
export type OptionRules<Options> = {
  readonly [Key in keyof Options]-?: undefined extends Options[Key]
    ? Rule<Exclude<Options[Key], undefined>>
    : RequiredRule<Options[Key]>;
};

function rule<T>(
  expected: string,
  isType: (value: unknown) => value is T,
  allows: (value: T) => boolean = () => true,
): Rule<T> {
  return { expected, isType, allows };
}

const number = (expected: string, allows: (value: number) => boolean): Rule<number> =>
  rule(expected, (value): value is number => typeof value === 'number', allows);

const quoted = (values: readonly string[]): string =>
  values
    .map((value) => `'${value}'`)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');

/** The rules of options, for this package and for those that build on it. */
export const rules = {
  flag: rule('true or false', (value): value is boolean => typeof value === 'boolean'),
  text: rule(
    'a text of at least one character',
    (value): value is string => typeof value === 'string',
    (value) => value !== '',
  ),
  finite: number('a finite number', Number.isFinite),
  positive: number('a finite number greater than 0', (value) => value > 0 && value < Infinity),
  notNegative: number('a finite number, 0 or greater', (value) => value >= 0 && value < Infinity),
  integer: number('an integer', Number.isSafeInteger),
  tensor: rule<Tensor>('a tensor', (value) => value instanceof Tensor),

  /** An integer from `least` on. */
  integerFrom: (least: number) =>
    number(
      `an integer of at least ${least}`,
      (value) => Number.isSafeInteger(value) && value >= least,
    ),

  /** One of some strings: `oneOf(['mean', 'sum'])`. */
  oneOf: <T extends string>(values: readonly T[]): Rule<T> =>
    rule(
      quoted(values),
      (value): value is T => typeof value === 'string',
      (value) => values.includes(value),
    ),

  /** What one of two rules allows. */
  either: <A, B>(a: Rule<A>, b: Rule<B>): Rule<A | B> =>
    rule(
      `${a.expected}, or ${b.expected}`,
      (value): value is A | B => a.isType(value) || b.isType(value),
      (value) => obeys(a, value) || obeys(b, value),
    ),

  /** What a rule allows, and null. */
  orNull: <T>({ expected, isType, allows }: Rule<T>): Rule<T | null> =>
    rule(
      `${expected}, or null`,
      (value): value is T | null => value === null || isType(value),
      (value) => value === null || allows(value),
    ),

  /** An array whose entries all obey a rule; `expected` says what such an array is. */
  arrayOf: <T>(entry: Rule<T>, expected = `an array, each entry ${entry.expected}`) =>
    rule<readonly T[]>(
      expected,
      (value): value is readonly T[] => Array.isArray(value),
      (value) => value.every((one) => obeys(entry, one)),
    ),

  /** Any object; what is in it is checked where it is used. */
  object: <T extends object>(expected: string): Rule<T> =>
    rule(expected, (value): value is T => typeof value === 'object' && value !== null),

  /**
   * A function.
   *
   * @typeParam T Its type, which cannot be checked.
   */
  callable: <T extends (...args: never) => unknown>(expected: string): Rule<T> =>
    rule(expected, (value): value is T => typeof value === 'function'),

  /** Anything but undefined: for what has a check of its own, or a type that is not of interest. */
  any: <T>(expected: string): Rule<T> => rule(expected, (value): value is T => value !== undefined),

  /** The rule of an option that has to be given. */
  required: <T>(of: Rule<T>): RequiredRule<T> => ({ ...of, required: true }),
};

/** `allows` is asked only for what `isType` says is of its type. */
const obeys = ({ isType, allows }: AnyRule, value: unknown): boolean =>
  isType(value) && allows(value as never);

/**
 * Refuses a value that breaks a rule.
 *
 * @param what What has the value, in the words of a message: `temperature of constant`.
 * @throws TypeError if it is of another type; RangeError if it is of that type and not allowed.
 */
export function assertValue(what: string, value: unknown, rule: AnyRule): void {
  if (obeys(rule, value)) return;
  const ValueError = rule.isType(value) ? RangeError : TypeError;
  throw new ValueError(`Expected ${what} to be ${rule.expected}, but got ${describeValue(value)}.`);
}

/**
 * Refuses what is no options object, options that nobody knows (a misspelt one would be left out
 * without a word) and values that break the rule of their option. One that is undefined counts as
 * left out.
 *
 * @param what What has the options, in the words of a message: the name of a function or class.
 * @throws TypeError if `options` is no object or a value of another type than its rule wants;
 *   RangeError if there is an unknown option, or a value is not allowed.
 */
export function assertOptions<Options>(
  what: string,
  options: unknown,
  rules: OptionRules<Options>,
): void {
  const ruleOf = new Map<string, AnyRule>(Object.entries(rules));
  const known = [...ruleOf.keys()];
  const isObject = typeof options === 'object' && options !== null;
  if (!isObject || Array.isArray(options) || options instanceof Tensor) {
    throw new TypeError(
      `Expected the options of ${what} to be an object, such as { ${known[0]}: ... }, but got ` +
        `${describeValue(options)}.`,
    );
  }
  // Not the own keys alone: what is inherited is read too.
  for (const key in options) {
    if (ruleOf.has(key)) continue;
    const meant = nearest(key, known);
    throw new RangeError(
      `Expected the options of ${what} to be among ${known.join(', ')}, but got '${key}'.` +
        (meant === undefined ? '' : ` Did you mean '${meant}'?`),
    );
  }
  for (const [key, rule] of ruleOf) {
    const value: unknown = Reflect.get(options, key);
    if (value === undefined && !('required' in rule)) continue;
    assertValue(`${key} of ${what}`, value, rule);
  }
}

/** The word nearest to a misspelt one, if it is near at all. */
function nearest(word: string, words: readonly string[]): string | undefined {
  const near = words
    .map((other) => ({ other, edits: edits(word.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, edits }) => edits <= Math.max(1, Math.min(word.length, other.length) / 3));
  return near.sort((a, b) => a.edits - b.edits)[0]?.other;
}

/** Levenshtein distance: letters to add, drop or change. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const changed = (row[j] as number) + (letter === to[j] ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
