import { expect, test } from 'vitest';
import { newestGlibc, problemsOf } from './check.mjs';
import { olderSymbols } from './glibc.mjs';
import { compareVersions, parseSymbols } from './symbols.mjs';

/** As objdump -T of binutils 2.40 prints them. */
const LINES = `
addon.node:     file format elf64-x86-64

DYNAMIC SYMBOL TABLE:
0000000000000000      DF *UND*	0000000000000000 (GLIBC_2.29) exp
0000000000000000  w   D  *UND*	0000000000000000  Base        __gmon_start__
0000000000000000      D  *UND*	0000000000000000  Base        napi_create_int32
0000000000000000      DF *UND*	0000000000000000 (GLIBCXX_3.4) _ZSt4cout
0000000000000000      DO *UND*	0000000000000000 (GLIBC_2.2.5) stderr
0000000000000000      D  *UND*	0000000000000000  Base        gone
0000000000000000 g    DO *ABS*	0000000000000000  GLIBC_2.2.5 GLIBC_2.2.5
0000000000008080 g    DF .text	000000000000005b  Base        napi_register_module_v1
0000000000008090 g    DF .text	000000000000005b  Base        _ZSt9terminatev
`;

test('each kind of symbol that would not load everywhere is named', () => {
  const symbols = parseSymbols(LINES);
  expect(symbols).toHaveLength(8);
  expect(newestGlibc(symbols)).toBe('2.29');
  const libraries = ['libc.so.6', 'ld-linux-x86-64.so.2', 'libstdc++.so.6'];
  expect(problemsOf({ symbols, libraries }, '2.28')).toEqual([
    'exp asks for glibc 2.29',
    '_ZSt4cout asks for GLIBCXX_3.4, which is not part of glibc',
    'gone has no definition',
    "_ZSt9terminatev is exported, and may clash with Node's own",
    'it asks for libstdc++.so.6',
  ]);
});

test('versions are compared number by number', () => {
  const sorted = ['2.34', '2.2.5', '2.28', '2.3', '2.4'].sort(compareVersions);
  expect(sorted).toEqual(['2.2.5', '2.3', '2.4', '2.28', '2.34']);
});

test('an older glibc has the older versions, where they were then', () => {
  const versions = {
    exp: ['2.29', '2.2.5'],
    memcpy: ['2.14', '2.2.5'],
    dlsym: ['2.34', '2.2.5'],
    pthread_create: ['2.2.5', '2.34'],
    arc4random: ['2.36'],
  };
  const symbols = Object.entries(versions).flatMap(([name, all]) =>
    all.map((version) => ({ name, version: `GLIBC_${version}`, data: false })),
  );
  expect(olderSymbols(symbols, 'libc.so.6', '2.28').map((symbol) => Object.values(symbol))).toEqual(
    [
      ['libc.so.6', 'exp', '2.2.5', false],
      ['libc.so.6', 'memcpy', '2.14', false],
      ['libdl.so.2', 'dlsym', '2.2.5', false],
      ['libpthread.so.0', 'pthread_create', '2.2.5', false],
    ],
  );
});
