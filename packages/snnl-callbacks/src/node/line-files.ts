import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { assertOptions, assertValue, type OptionRules, rules } from 'snnl-layer';
import type { LogRecord, LogWriter } from '../writers/writer';

/** Options of `csv` and `jsonl`. */
export interface LineFileOptions {
  /**
   * Continue a file of an earlier run; an incomplete last line, as a killed run may leave it, is
   * removed first. Default: the first training overwrites the file, later ones of the same writer
   * continue it.
   */
  readonly append?: boolean;
}

const RULES: OptionRules<LineFileOptions> = { append: rules.flag };

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

/**
 * Writes a file of JSON lines, an object for each measurement: time (ISO 8601), epoch, step, then
 * all values of the logs. What JSON has no number for (NaN, Infinity) is null. Of a killed run at
 * most the last line is lost.
 */
export function jsonl(path: string, options: LineFileOptions = {}): LogWriter {
  const file = new LineFile('jsonl', path, options);
  return {
    name: `jsonl(${path})`,
    open() {
      file.begin();
    },
    write: (record) => file.write(JSON.stringify(flat(record))),
  };
}

/**
 * A record as one row: when, then all values of the logs under their keys. A value that the logs have
 * under the name of one of the first three is found as `logs.time` and so on.
 */
function flat({ time, epoch, step, logs }: LogRecord): Record<string, string | number> {
  const when = { time: new Date(time).toISOString(), epoch, step };
  const values = Object.entries(logs).map(([key, value]) => [
    Object.hasOwn(when, key) ? `logs.${key}` : key,
    value,
  ]);
  return { ...when, ...Object.fromEntries(values) };
}

/**
 * A text file that is opened, written and closed for each line: nothing is held back in this
 * process, and a file that was moved or deleted is noticed.
 */
class LineFile {
  private continues: boolean;

  /** @param writer Whose file and options they are, for messages. */
  constructor(
    writer: string,
    readonly path: string,
    options: LineFileOptions,
  ) {
    assertValue(`path of ${writer}`, path, rules.text);
    assertOptions(writer, options, RULES);
    this.continues = options.append ?? false;
  }

  /**
   * Creates or empties the file, or completes it where lines are to follow.
   *
   * @returns The lines that the file holds.
   */
  begin(): string[] {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(this.path, '', { flag: this.continues ? 'a' : 'w' });
    const lines = this.continues ? this.completeLines() : [];
    this.continues = true;
    return lines;
  }

  /** Appends lines in one call to the system. */
  write(...lines: string[]): void {
    appendFileSync(this.path, lines.map((line) => `${line}\n`).join(''));
  }

  private completeLines(): string[] {
    // A device may be endless.
    if (!statSync(this.path).isFile()) return [];
    const bytes = readFileSync(this.path);
    const end = bytes.lastIndexOf('\n') + 1;
    if (end < bytes.length) truncateSync(this.path, end);
    return bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  }
}
