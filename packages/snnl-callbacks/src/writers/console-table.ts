import { assertOptions, type OptionRules, rules } from 'snnl-layer';
import type { LogRecord, LogWriter } from './writer';

/** Options of {@link consoleTable}. */
export interface ConsoleTableOptions {
  /** Measurements that the sparklines show, the latest ones. Default 12. */
  readonly history?: number;
  /** Takes one table as text. Default `console.log`. */
  readonly print?: (table: string) => void;
}

const RULES: OptionRules<ConsoleTableOptions> = {
  history: rules.integerFrom(1),
  print: rules.callable<(table: string) => void>('a function of a text'),
};

/** Ratios that differ by less make a flat line. */
const LEAST_CHANGE = 0.01;

const HEADER = ['layer', 'loss (nats)', 'chance', 'ratio', 'latest ratios', ''];

/**
 * Prints a table at each measurement: for each layer its entanglement, the chance level, their
 * ratio, and a sparkline of its latest ratios with their range.
 */
export function consoleTable(options: ConsoleTableOptions = {}): LogWriter {
  assertOptions('consoleTable', options, RULES);
  const { history = 12, print = (table) => console.log(table) } = options;
  const ratios = new Map<string, number[]>();
  return {
    name: 'consoleTable',
    open: () => ratios.clear(),
    write(record) {
      const rows = record.entanglement.map(({ layer, loss, chance, ratio }) => {
        const past = [...(ratios.get(layer) ?? []), ratio].slice(-history);
        ratios.set(layer, past);
        const range = `${decimals(Math.min(...past))} to ${decimals(Math.max(...past))}`;
        const numbers = [loss, chance, ratio].map(decimals);
        return [layer, ...numbers, sparkline(past, LEAST_CHANGE), range];
      });
      print([title(record), ...aligned([HEADER, ...rows])].join('\n'));
    },
  };
}

function title({ per, step, name, logs }: LogRecord): string {
  const values = Object.entries(logs)
    .filter(([key]) => !key.startsWith(`${name}_`))
    .map(([key, value]) => `  ${key} ${decimals(value)}`);
  return `${per} ${step + 1}${values.join('')}`;
}

function decimals(value: number): string {
  const small = value !== 0 && Math.abs(value) < 0.001;
  return small ? value.toExponential(1) : value.toFixed(3);
}

/** Columns of equal width: the numbers to the right, all else to the left. */
function aligned(rows: string[][]): string[] {
  const width = (column: number): number =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length));
  const widths = HEADER.map((_, column) => width(column));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - [...cell].length);
        return column >= 1 && column <= 3 ? space + cell : cell + space;
      })
      .join('  ')
      .replace(/^/, '  ')
      .trimEnd(),
  );
}

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
