import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './paths';

/** Where the packages say something: TypeScript, and the C++ of the addon. */
const FOLDERS = [
  'packages/snnl-layer/src',
  'packages/snnl-callbacks/src',
  'packages/snnl-gpu/src',
  'packages/snnl-gpu/native',
  'packages/snnl-parallel/src',
  'packages/snnl-parallel/native',
];
const TESTS = /\.test\.|(^|\/)test(ing)?\b/;

function sources(): string[] {
  return FOLDERS.flatMap((folder) => {
    const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
    const code = names.filter((name) => /\.(ts|cc)$/.test(name) && !TESTS.test(name));
    return code.map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
  });
}

/** Code without comments, with texts that go on in a next literal in one piece. */
const inOnePiece = (code: string): string =>
  code.replace(/^\s*(\/\/|\/?\*).*$/gm, '').replace(/(["'`])\s*\+?\s*["'`]/g, '');

/** Finds a message in code: `…` stands for an expression, which has no more characters than this. */
const LONGEST = 120;

function patternOf(message: string): RegExp {
  const pieces = message.replace(/^…|…$/g, '').split('…');
  const escaped = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(escaped.join(`[^]{0,${LONGEST}}?`).replaceAll(' ', '(?:\\s|\\\\n)+'));
}

/** The messages that a Markdown text quotes: the lines of its `text` blocks. */
function quoted(markdown: string): string[] {
  const blocks = Array.from(markdown.matchAll(/^```text\n([\s\S]*?)\n```$/gm));
  return blocks.flatMap(([, block = '']) => block.split('\n'));
}

const said = sources().map(inOnePiece);
const guide = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8');

it('finds the messages of the guide', () => expect(quoted(guide).length).toBeGreaterThan(40));

it.each(quoted(guide))('%s', (message) => {
  const pattern = patternOf(message);
  expect(said.some((code) => pattern.test(code))).toBe(true);
});

it('reads a message whose text and values stand in several lines', () => {
  const code = `throw new Error(
    'Layer ' + name + ' has ' + count +
      " weights, but " + 'its copy:\\n' + other + '.',
  );`;
  expect(inOnePiece(code)).toMatch(patternOf('Layer … has … weights, but its copy: ….'));
  expect(inOnePiece(code)).not.toMatch(patternOf('Layer … has … weights, and its copy: ….'));
  expect(inOnePiece(`// ${code.replaceAll('\n', ' ')}`)).not.toMatch(patternOf('Layer'));
});
