/** `10000` as `10,000`. */
export const count = (value: number): string => value.toLocaleString('en');

/** `2,000 of the 10,000 test images`, or `all 500 test images`. */
export const testImages = (taken: number, all: number): string =>
  taken === all
    ? `all ${count(all)} test images`
    : `${count(taken)} of the ${count(all)} test images`;
