import { CLASSES } from '../data/format';

/** Which colour is which digit; the style sheet gives the colours by scheme. */
export function fillLegend(list: HTMLElement): void {
  for (let label = 0; label < CLASSES; label++) {
    const item = document.createElement('li');
    const swatch = document.createElement('span');
    swatch.className = 'swatch';
    swatch.style.background = `var(--class-${label})`;
    item.append(swatch, String(label));
    list.append(item);
  }
}
