/** Sizes of the file of digits that ships with the page: training images first, then held out. */
export const TRAINING = 4000;
export const HELD_OUT = 500;
export const PIXELS = 28 * 28;
export const CLASSES = 10;

/** File name; gzip inside, which the worker unpacks itself. */
export const DIGITS_FILE = 'digits.bin';

/** Grey images, a byte a pixel, with one class id each. */
export interface Images {
  /** `[count]`. */
  readonly labels: Uint8Array;
  /** `[count, PIXELS]`. */
  readonly pixels: Uint8Array;
}

/** All labels, then all pixels. */
export function pack(training: Images, heldOut: Images): Uint8Array {
  const parts = [training.labels, heldOut.labels, training.pixels, heldOut.pixels];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * @throws Error if the bytes are not as long as the file is.
 */
export function unpack(bytes: Uint8Array): { training: Images; heldOut: Images } {
  const count = TRAINING + HELD_OUT;
  const expected = count * (1 + PIXELS);
  if (bytes.length !== expected) {
    throw new Error(`Expected ${expected} bytes of digits, but got ${bytes.length}. Build again.`);
  }
  const labels = bytes.subarray(0, count);
  const pixels = bytes.subarray(count);
  return {
    training: {
      labels: labels.subarray(0, TRAINING),
      pixels: pixels.subarray(0, TRAINING * PIXELS),
    },
    heldOut: { labels: labels.subarray(TRAINING), pixels: pixels.subarray(TRAINING * PIXELS) },
  };
}
