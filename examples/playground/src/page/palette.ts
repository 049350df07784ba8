/**
 * Ten classes in light and in dark: each at least 3:1 against the ground of the picture, and apart
 * in lightness where hues look alike to the colour-blind. Digits are drawn besides.
 */
export const CLASS_COLORS = {
  light: [
    '#332288',
    '#0077bb',
    '#117733',
    '#44998f',
    '#8a8a1f',
    '#b8860b',
    '#cc4455',
    '#7a1850',
    '#aa4499',
    '#555555',
  ],
  dark: [
    '#8f8cff',
    '#88ccee',
    '#3fae5a',
    '#66d9c4',
    '#c9c95a',
    '#ffd37a',
    '#ff7f6e',
    '#e0559a',
    '#d9a2e8',
    '#b9c0c8',
  ],
} as const;

export type Scheme = keyof typeof CLASS_COLORS;

/** Ground of the picture; the same as `--panel` of the style sheet. */
export const GROUND = { light: '#ffffff', dark: '#171b21' } as const;
