const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text, made safe to stand in HTML. What should be a number may be anything in a report from JSON. */
export const escapeHtml = (text: string | number): string =>
  String(text).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);

/** A figure: caption above, drawing below. Both are markup. */
export function figure(caption: string, drawing: string): string {
  return `<figure><figcaption>${caption}</figcaption>${drawing}</figure>`;
}

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

/** A whole HTML file that needs nothing else. `body` is markup. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** The report's style sheet: one column on a phone, more where there is room; prints well. */
const STYLE = `
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --panel: #ffffff; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f6f8; color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1220px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: clamp(1.4rem, 1.1rem + 1.3vw, 1.9rem); line-height: 1.2; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 34px 0 6px; }
h3 { font-size: 1.05rem; margin: 22px 0 4px; }
p { margin: 6px 0; max-width: 76ch; }
.lead { font-size: 1.08rem; }
.soft, li { color: var(--soft); font-size: .94rem; }
.notice { background: #fff4d6; border: 1px solid #e2c36b; border-radius: 8px; padding: 10px 14px; }
.panels { display: grid; gap: 16px; margin-top: 12px; }
.pictures { grid-template-columns: repeat(auto-fit, minmax(min(100%, 350px), 1fr)); }
.curves { grid-template-columns: repeat(auto-fill, minmax(min(100%, 310px), 1fr)); }
figure, .card { margin: 0; background: var(--panel); border: 1px solid var(--line);
  border-radius: 10px; padding: 12px 12px 8px; min-width: 0; }
figcaption { font-weight: 600; margin: 0 4px 6px; }
figure svg { width: 100%; height: auto; }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0; margin: 8px 0 0; }
.key li { display: flex; align-items: center; gap: 6px; color: var(--ink); }
.key svg { flex: none; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 7px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > * { border-bottom: 0; }
thead th { font-size: .9rem; color: var(--soft); }
tbody th { font-weight: 400; }
td.number, th.number { text-align: right; }
.wide th, .wide td { overflow-wrap: normal; }
.card { overflow-x: auto; }
/* A shadow at each edge beyond which the table goes on; covers that scroll with it hide it at its end. */
.card:has(.wide) { background:
  linear-gradient(to right, var(--panel), var(--panel)) left / 18px 100% no-repeat local,
  linear-gradient(to left, var(--panel), var(--panel)) right / 18px 100% no-repeat local,
  linear-gradient(to right, #0004, #0000) left / 16px 100% no-repeat scroll,
  linear-gradient(to left, #0004, #0000) right / 16px 100% no-repeat scroll, var(--panel); }
td.number { white-space: nowrap; }
td.best { font-weight: 700; }
.settings th { width: 34%; color: var(--soft); }
.settings td { overflow-wrap: anywhere; }
ul.notes { padding-left: 20px; margin: 10px 0 0; }
@media (max-width: 480px) {
  main { padding: 18px 12px 32px; }
  th, td { padding: 6px; font-size: .92rem; }
}
`.trim();
