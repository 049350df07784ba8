/** Both sides of the memory, TypeScript and AssemblyScript, name the same words. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as layout from './layout';

const source = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const assembly = source('../../../assembly/layout.ts');

/** Matches of `pattern` as pairs of its two groups. */
const pairs = (text: string, pattern: RegExp): [string, string][] =>
  Array.from(text.matchAll(pattern), ([, a = '', b = '']) => [a, b]);

const constants = Object.fromEntries(
  pairs(assembly, /^export const (\w+): \w+ = (\d+);$/gm).map(([name, value]) => [name, +value]),
);

/** Fields of a class of assembly/layout.ts by the number of their word. */
function fieldsOf(name: string): Record<string, number> {
  const [, body = ''] = assembly.match(new RegExp(`class ${name} \\{\\n([^}]*)\\n\\}`)) ?? [];
  const fields = pairs(body.replaceAll(/\/\*\*.*\*\//g, ''), /^ *(\w+): ([\w]+);$/gm);
  // Each takes one word: a number of 32 bits, or the address of an object.
  for (const [, type] of fields) expect(['i32', 'f32', 'usize', 'RowSet']).toContain(type);
  return Object.fromEntries(fields.map(([field], word) => [field, word]));
}

test.each([
  ['RowSet', layout.RowSetField, layout.ROW_SET_WORDS],
  ['Job', layout.JobField, layout.JOB_WORDS],
])('%s has the same fields at the same words', (name, fields, words) => {
  expect(fieldsOf(name)).toEqual(fields);
  expect(Object.keys(fields)).toHaveLength(words);
});

test('blocks, scratch memory and kept tiles are equally large', () => {
  expect(constants).toMatchObject({
    ROWS: layout.BLOCK_ROWS,
    SCRATCH_BYTES: layout.SCRATCH_BYTES,
    KEPT_BYTES: layout.KEPT_FLOATS * 4,
  });
});

test('the module exports the functions that are called, with the same parameters', () => {
  const functions = (text: string, pattern: RegExp) =>
    pairs(text, pattern).map(([name, parameters]) => [
      name,
      parameters.split(', ').map((parameter) => parameter.split(':')[0]?.toLowerCase()),
    ]);
  const [, called = ''] = source('./layout.ts').match(/interface KernelExports \{([^}]*)\}/) ?? [];
  const expected = functions(called, /(\w+)\((.*)\): void;/g);
  expect(expected).toHaveLength(9);
  const exported = functions(
    source('../../../assembly/index.ts'),
    /^export function (\w+)\((.*)\): void \{$/gm,
  );
  expect(Object.fromEntries(exported)).toEqual(Object.fromEntries(expected));
});
