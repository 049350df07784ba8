import { describe, expect, it } from 'vitest';
import { CLASS_COLORS, GROUND } from './palette';

/** Relative luminance of sRGB, WCAG 2.2. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  it.each(CLASS_COLORS[scheme])('%s stands out from the ground', (color) => {
    // WCAG 2.2 asks for 3:1 of graphics.
    expect(contrast(color, GROUND[scheme])).toBeGreaterThan(3);
  });

  it('has ten different colours', () => {
    expect(new Set(CLASS_COLORS[scheme]).size).toBe(10);
  });
});
