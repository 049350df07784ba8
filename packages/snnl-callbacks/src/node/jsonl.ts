import { flat } from '../writers/flat';
import type { LogWriter } from '../writers/writer';
import { LineFile, type LineFileOptions } from './line-file';

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
