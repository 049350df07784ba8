/** `values[index]`, or a RangeError where a shape is wrong. */
export function at<T>(values: ArrayLike<T>, index: number): T {
  const value = values[index];
  if (value === undefined) {
    throw new RangeError(`Expected an index in [0, ${values.length}), got ${index}.`);
  }
  return value;
}
