import Table from 'cli-table3';
import { type ComparisonRow, formatted } from '../report/comparison';
import { RUN_TITLES, RUNS } from '../settings';

/** The comparison as a table of box characters. */
export function consoleTable(rows: readonly ComparisonRow[]): string {
  const table = new Table({
    head: ['on the test images', ...RUNS.map((run) => RUN_TITLES[run]), 'better'],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { title, values, digits, better } of rows) {
    table.push([title, ...RUNS.map((run) => formatted(values[run], digits)), better]);
  }
  return table.toString();
}
