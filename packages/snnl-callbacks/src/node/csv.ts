import { flat } from '../writers/flat';
import type { LogWriter } from '../writers/writer';
import { LineFile, type LineFileOptions } from './line-file';

/**
 * Writes a CSV file (RFC 4180) with a row for each measurement: time (ISO 8601), epoch, step, then
 * all values of the logs.
 *
 * The first row decides the columns; a value that is missing later is left empty, and one that
 * first appears later is left out with a warning. A line break in a key is written as `\n`. Of a
 * killed run at most the last line is lost.
 */
export function csv(path: string, options: LineFileOptions = {}): LogWriter {
  const file = new LineFile('csv', path, options);
  let columns: string[] | undefined;
  const unknown = new Set<string>();
  return {
    name: `csv(${path})`,
    open() {
      const [header] = file.begin();
      columns = header === undefined ? undefined : parseHeader(header);
    },
    write(record) {
      const row = Object.fromEntries(
        Object.entries(flat(record)).map(([key, value]) => [inOneLine(key), value]),
      );
      const header = columns === undefined ? [Object.keys(row).map(quoted).join(',')] : [];
      columns ??= Object.keys(row);
      const late = Object.keys(row).filter((key) => !columns?.includes(key) && !unknown.has(key));
      if (late.length > 0) {
        for (const key of late) unknown.add(key);
        console.warn(
          `csv(${path}) has no column for ${late.map((key) => `'${key}'`).join(', ')}, which ` +
            'appeared after its first row. Use jsonl, or let the logs have them from the start.',
        );
      }
      file.write(...header, columns.map((key) => quoted(String(row[key] ?? ''))).join(','));
    },
  };
}

/** A record is a line: what is appended to, and what is cut off, is found by lines. */
const inOneLine = (key: string): string => key.replaceAll('\r', '\\r').replaceAll('\n', '\\n');

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function parseHeader(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, inQuotes, plain]) =>
    inQuotes === undefined ? (plain ?? '') : inQuotes.replaceAll('""', '"'),
  );
}
