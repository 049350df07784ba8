import { cell, text } from '@observablehq/plot';
import { escapeHtml } from './page';
import { drawSvg, shortened } from './svg';

/** White to dark blue, lighter to darker all the way, so that it reads without colour too. */
const shade = (share: number): string => {
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * share);
  return `rgb(${mix(255, 8)}, ${mix(255, 64)}, ${mix(255, 129)})`;
};

/** Up to so many classes the numbers fit into the cells. */
const WRITTEN = 12;
/** At most so many classes are named along an axis. */
const NAMED = 24;

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly share: number;
}

/** Names for the axes, shortened where they would not fit. */
function axisNames(classes: readonly string[]): (index: number) => string {
  const every = Math.ceil(classes.length / NAMED);
  return (index) => {
    const name = index % every === 0 ? (classes[index] ?? '') : '';
    return shortened(name);
  };
}

/**
 * Shares of class b (columns) among the neighbours of class a (rows); returns SVG markup.
 *
 * @param shares `[class][class]` from 0 to 1.
 */
export function drawConfusion(
  shares: readonly (readonly number[])[],
  classes: readonly string[],
): string {
  const cells = shares.flatMap((row, a) =>
    row.map((share, b): Cell => ({ row: a, column: b, share })),
  );
  const name = axisNames(classes);
  const longest = Math.max(...classes.map((_, index) => name(index).length));
  const domain = classes.map((_, index) => index);
  const slanted = longest > 3 ? { tickRotate: -40 } : {};
  return drawSvg({
    width: 440,
    height: 440,
    marginLeft: 46 + longest * 7.5,
    marginRight: 12,
    marginTop: 30,
    marginBottom: longest > 3 ? 44 + longest * 5 : 44,
    padding: 0.04,
    style: { fontSize: '14px' },
    x: {
      label: 'class of the neighbours',
      labelArrow: 'none',
      labelAnchor: 'center',
      domain,
      tickFormat: name,
      tickSize: 0,
      ...slanted,
    },
    y: {
      label: 'class of the samples',
      labelArrow: 'none',
      domain,
      tickFormat: name,
      tickSize: 0,
    },
    marks: [
      cell(cells, { x: 'column', y: 'row', fill: ({ share }: Cell) => shade(share) }),
      ...(classes.length > WRITTEN
        ? []
        : [
            text(cells, {
              x: 'column',
              y: 'row',
              // Whole percent; a dot where it is none.
              text: ({ share }: Cell) => (share < 0.005 ? '·' : String(Math.round(100 * share))),
              fill: ({ share }: Cell) => (share > 0.5 ? 'white' : '#333'),
            }),
          ]),
    ],
  });
}

/** What the shades of {@link drawConfusion} mean. */
export function confusionKey(): string {
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const items = steps.map(
    (share) =>
      '<li><svg width="16" height="16" aria-hidden="true"><rect width="15" height="15" x=".5" y=".5" ' +
      `stroke="#999" fill="${shade(share)}"/></svg>${escapeHtml(`${100 * share} %`)}</li>`,
  );
  return `<ul class="key">${items.join('')}</ul>`;
}
