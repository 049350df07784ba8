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
 * A text file that is opened, written and closed for each line: nothing is held back in this
 * process, and a file that was moved or deleted is noticed.
 */
export class LineFile {
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
