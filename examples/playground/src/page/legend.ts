import { CLASS_COLORS } from './palette';
import { onSchemeChange, scheme } from './scheme';

/** Which colour is which digit. */
export function fillLegend(list: HTMLElement): void {
  const fill = (): void =>
    list.replaceChildren(
      ...CLASS_COLORS[scheme()].map((color, label) => {
        const item = document.createElement('li');
        const swatch = document.createElement('span');
        swatch.className = 'swatch';
        swatch.style.background = color;
        item.append(swatch, String(label));
        return item;
      }),
    );
  fill();
  onSchemeChange(fill);
}
