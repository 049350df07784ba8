import { escapeHtml } from './html';

/** A column of {@link table}. */
export interface Column<Row> {
  readonly title: string;
  /** A number is set to the right. */
  readonly value: (row: Row) => string | number;
  /** Decimals of numbers. Default 3. */
  readonly digits?: number;
}

/** A table with a header; the first column names the rows. It scrolls where it is too wide. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const numeric = columns.map(({ value }) => rows.some((row) => typeof value(row) === 'number'));
  const kind = (index: number): string => (numeric[index] ? ' class="number"' : '');
  const head = columns.map(
    ({ title }, index) => `<th scope="col"${kind(index)}>${escapeHtml(title)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map(({ value, digits = 3 }, index) => {
      const cell = value(row);
      const text = typeof cell === 'number' ? cell.toFixed(digits) : cell;
      return index === 0
        ? `<th scope="row">${escapeHtml(text)}</th>`
        : `<td${kind(index)}>${escapeHtml(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return (
    `<div class="card"><table class="wide"><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${body.join('')}</tbody></table></div>`
  );
}
