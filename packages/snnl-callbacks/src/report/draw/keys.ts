import { classColor, type LineStyle } from './colors';
import { escapeHtml } from './html';

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
