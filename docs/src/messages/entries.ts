import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths';
import type { Message } from './extract';

const FILE = 'docs/troubleshooting.md';

/** The messages that a Markdown text quotes: the lines of its `text` blocks. */
export function quoted(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^```text\n([\s\S]*?)\n```$/gm)).flatMap(([, block = '']) =>
    block.split('\n'),
  );
}

/** An entry quotes a message from its beginning on, as far as it likes. */
const covers = (entry: string, { text }: Message): boolean => text.startsWith(entry);

/** Messages without an entry, and entries without a message. */
export function messageFailures(
  messages: readonly Message[],
  entries: readonly string[],
): string[] {
  const missing = messages
    .filter((message) => !entries.some((entry) => covers(entry, message)))
    .map(({ text, place }) => `${place}: ${FILE} has no entry for the message\n    ${text}`);
  const stale = entries
    .filter((entry) => !messages.some((message) => covers(entry, message)))
    .map((entry) => `${FILE}: no source gives the message\n    ${entry}`);
  return [...missing, ...stale];
}

export const troubleshooting = (): string[] => quoted(readFileSync(join(ROOT, FILE), 'utf8'));
