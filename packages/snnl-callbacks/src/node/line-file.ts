import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LineFileOptions {
  /**
   * Continue a file of an earlier run; an incomplete last line, as a killed run may leave it, is
   * removed first. Default: the first training overwrites the file, later ones of the same writer
   * continue it.
   */
  readonly append?: boolean;
}

/**
 * A text file that is opened, written and closed for each line: nothing is held back in this
 * process, and a file that was moved or deleted is noticed.
 */
export class LineFile {
  private append: boolean;

  constructor(
    readonly path: string,
    { append = false }: LineFileOptions,
  ) {
    this.append = append;
  }

  /** Creates or empties the file, or completes it where lines are to follow. */
  begin(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(this.path, '', { flag: this.append ? 'a' : 'w' });
    if (this.append) {
      const text = readFileSync(this.path);
      const end = text.lastIndexOf('\n') + 1;
      if (end < text.length) truncateSync(this.path, end);
    }
    this.append = true;
  }

  /** The first line, undefined in an empty file. */
  firstLine(): string | undefined {
    const [line, ...others] = readFileSync(this.path, 'utf8').split('\n');
    return others.length === 0 ? undefined : line;
  }

  /** Appends lines in one call to the system. */
  write(...lines: string[]): void {
    appendFileSync(this.path, lines.map((line) => `${line}\n`).join(''));
  }
}
