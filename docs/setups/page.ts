/** 64 samples of two classes in a page. */
const count = 64;

/** Class ids `[64]`, and features `[64, 16]` that tell the classes apart a little. */
export const labels = Array.from({ length: count }, (_, i) => i % 2);
export const features = labels.map((label, i) =>
  Array.from({ length: 16 }, (_, k) => Math.sin(i * 16 + k) + label),
);
