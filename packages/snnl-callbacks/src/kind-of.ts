/** What a value is, for an error message about one of the wrong kind. */
export const kindOf = (value: unknown): string => (value === null ? 'null' : typeof value);
