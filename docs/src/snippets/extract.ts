import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths';

/** What a comment above a code block asks for: `<!-- snippet: setup digits -->` and so on. */
export interface Directive {
  /** A module of docs/setups, whose exports the snippet may use. */
  readonly setup?: string;
  /** Goes on where the snippet before it on the page stopped. */
  readonly continues?: true;
  /** Runs in Chromium. */
  readonly browser?: true;
  /** Type-checked, but not run here, for this reason. */
  readonly typesOnly?: string;
}

/** A block of TypeScript in a Markdown file. */
export interface Snippet extends Directive {
  readonly file: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

const FENCE = /^```(\w*)\s*$/;
const DIRECTIVE = /^<!-- snippet: (.+?) -->$/;

function parseDirective(text: string, where: string): Directive {
  const [word, ...rest] = text.split(' ');
  if (word === 'setup' && rest.length === 1 && rest[0] !== undefined) return { setup: rest[0] };
  if (word === 'continues' && rest.length === 0) return { continues: true };
  if (word === 'browser' && rest.length === 0) return { browser: true };
  if (text.startsWith('types only, ')) return { typesOnly: text.slice('types only, '.length) };
  throw new Error(
    `${where}: expected <!-- snippet: setup NAME -->, <!-- snippet: continues -->, ` +
      `<!-- snippet: browser --> or <!-- snippet: types only, REASON -->, but got '${text}'.`,
  );
}

/** The TypeScript of a Markdown text, with what the comment right above each block asks for. */
export function parseSnippets(markdown: string, file: string): Snippet[] {
  const lines = markdown.split('\n');
  const snippets: Snippet[] = [];
  let directive: Directive = {};
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const asked = DIRECTIVE.exec(line)?.[1];
    if (asked !== undefined) {
      directive = { ...directive, ...parseDirective(asked, `${file}:${i + 1}`) };
      continue;
    }
    const language = FENCE.exec(line)?.[1];
    if (language === undefined) {
      if (line !== '') directive = {};
      continue;
    }
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`${file}:${i + 1}: this code block has no end.`);
    if (/^(ts|typescript|js|javascript)$/.test(language)) {
      snippets.push({ ...directive, file, line: i + 2, code: lines.slice(i + 1, end).join('\n') });
    }
    directive = {};
    i = end;
  }
  return snippets;
}

/** The snippets of Markdown files, whose paths are relative to the repository. */
export function readSnippets(files: readonly string[]): Snippet[] {
  return files.flatMap((file) => parseSnippets(readFileSync(join(ROOT, file), 'utf8'), file));
}
