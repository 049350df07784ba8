import { escapeHtml } from './page';

/** Ten classes: the scheme "muted" of Paul Tol, made for colour blindness, and a dark grey. */
const CLASS_COLORS = [
  '#332288',
  '#88ccee',
  '#44aa99',
  '#117733',
  '#999933',
  '#ddcc77',
  '#cc6677',
  '#882255',
  '#aa4499',
  '#555555',
] as const;

/** The colour of a class; they repeat after ten. */
export const classColor = (label: number): string =>
  CLASS_COLORS[label % CLASS_COLORS.length] ?? '#000000';

/** How a line is drawn. */
export interface LineStyle {
  readonly color: string;
  /** SVG dash pattern; empty for a full line. */
  readonly dashes: string;
}

/** Blue first, then the other colours of Okabe & Ito that are dark enough for a line. */
const LINE_COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#000000', '#e69f00'] as const;
const LINE_DASHES = ['', '6 4', '2 3', '10 3 2 3'] as const;

/** Lines that differ in colour and, without colour, in their dashes. */
export const lineStyle = (index: number): LineStyle => ({
  color: LINE_COLORS[index % LINE_COLORS.length] ?? '#000000',
  dashes: LINE_DASHES[index % LINE_DASHES.length] ?? '',
});

/** Which colour is which class. */
export function classKey(classes: readonly string[]): string {
  const items = classes.map(
    (name, label) =>
      '<li><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5.5" ' +
      `fill="${classColor(label)}"/></svg>${escapeHtml(name)}</li>`,
  );
  return `<ul class="key">${items.join('')}</ul>`;
}

/** Which line is which. */
export function lineKey(lines: readonly (LineStyle & { readonly title: string })[]): string {
  const items = lines.map(
    ({ title, color, dashes }) =>
      '<li><svg width="34" height="10" aria-hidden="true"><line x1="1" x2="33" y1="5" y2="5" ' +
      `stroke="${escapeHtml(color)}" stroke-width="2.5" stroke-dasharray="${escapeHtml(dashes)}"/></svg>` +
      `${escapeHtml(title)}</li>`,
  );
  return `<ul class="key">${items.join('')}</ul>`;
}
