import { parseHTML } from 'linkedom';
import { expect, it } from 'vitest';
import { drawScatter } from './scatter';

it('names each class once, without names on top of each other', () => {
  // All classes in the same place.
  const picture = {
    points: Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)] as const),
    labels: Array.from({ length: 60 }, (_, i) => i % 10),
  };
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const { document } = parseHTML(`<body>${drawScatter(picture, classes)}</body>`);
  const names = Array.from(document.querySelectorAll('[aria-label=text] text'));
  expect(names.map((name) => name.textContent)).toEqual(classes);
  const places = names.map((name) =>
    (name.getAttribute('transform') ?? '').match(/-?[\d.]+/g)?.map(Number),
  );
  for (const [i, a] of places.entries()) {
    for (const b of places.slice(i + 1)) {
      expect(
        Math.hypot((a?.[0] ?? 0) - (b?.[0] ?? 0), (a?.[1] ?? 0) - (b?.[1] ?? 0)),
      ).toBeGreaterThan(15);
    }
  }
});
