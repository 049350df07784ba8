import { escapeHtml } from 'snnl-callbacks/report';
import { RUN_TITLES, RUNS } from '../settings';
import { type ComparisonRow, formatted } from './comparison';

/** Index of the better of two values; -1 where neither is. */
function best({ values, better }: ComparisonRow): number {
  const [a, b] = RUNS.map((run) => values[run]);
  if (a == null || b == null || a === b) return -1;
  return (better === 'higher') === a > b ? 0 : 1;
}

/** The measures of both runs side by side. */
export function comparisonTable(rows: readonly ComparisonRow[]): string {
  const head = RUNS.map((run) => `<th class="number" scope="col">${RUN_TITLES[run]}</th>`).join('');
  const body = rows.map((row) => {
    const winner = best(row);
    const cells = RUNS.map((run, index) => {
      const text = formatted(row.values[run], row.digits);
      return `<td class="number${index === winner ? ' best' : ''}">${text}</td>`;
    });
    const title = `${escapeHtml(row.title)} <span class="soft">(${row.better} is better)</span>`;
    return `<tr><th scope="row">${title}</th>${cells.join('')}</tr>`;
  });
  return (
    '<div class="card"><table class="comparison"><thead><tr><th scope="col">on the test images</th>' +
    `${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
  );
}

/** Names and values, one a row. */
export function settingsTable(rows: readonly (readonly [name: string, value: string])[]): string {
  const body = rows.map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<div class="card"><table class="settings"><tbody>${body.join('')}</tbody></table></div>`;
}
