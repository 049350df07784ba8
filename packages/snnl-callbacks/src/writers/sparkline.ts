const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * A row of bars, from the least value (lowest bar) to the greatest; the middle bar if they differ by
 * less than `least`, a space where a value is not finite.
 */
export function sparkline(values: readonly number[], least = 0): string {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite);
  const range = Math.max(...finite) - low;
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      const height = range === 0 || range < least ? 0.5 : (value - low) / range;
      return BARS[Math.min(Math.floor(height * BARS.length), BARS.length - 1)];
    })
    .join('');
}
