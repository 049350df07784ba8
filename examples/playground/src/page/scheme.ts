import type { Scheme } from './palette';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** What the person's system asks for. */
export const scheme = (): Scheme => (dark.matches ? 'dark' : 'light');

export function onSchemeChange(listener: () => void): void {
  dark.addEventListener('change', listener);
}
