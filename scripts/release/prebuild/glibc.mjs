/**
 * Makes libraries to link against in place of this machine's glibc. They have its functions at the
 * versions of an older glibc and nothing newer, as glibc keeps the old versions of all functions. So
 * a new compiler makes binaries for old distributions, also out of gcc's static libraries.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions, glibcVersion, symbolsOf } from './symbols.mjs';

const PARTS = ['libc.so.6', 'libm.so.6', 'ld-linux-x86-64.so.2'];

/** glibc 2.34 took libdl and libpthread into libc; before it, a binary has to ask for them. */
const MERGED = '2.34';

function homeOf(name, versions, part) {
  if (part !== 'libc.so.6' || !versions.includes(MERGED)) return part;
  return /^dl/.test(name) ? 'libdl.so.2' : 'libpthread.so.0';
}

/** For each library, what it had when glibc was at `bound`: name, version, whether it is data. */
export function olderSymbols(symbols, part, bound) {
  const byName = new Map();
  for (const symbol of symbols) {
    byName.set(symbol.name, [...(byName.get(symbol.name) ?? []), symbol]);
  }
  return [...byName].flatMap(([name, all]) => {
    const versions = all.flatMap(({ version }) => glibcVersion(version) ?? []);
    const version = versions
      .filter((candidate) => compareVersions(candidate, bound) <= 0)
      .sort(compareVersions)
      .at(-1);
    if (version === undefined) return [];
    return [{ home: homeOf(name, versions, part), name, version, data: all[0].data }];
  });
}

/** Assembler of a library with these symbols, which has no code. */
function assembly(symbols) {
  const lines = symbols.flatMap(({ name, version, data }, i) => [
    `.globl s${i}`,
    `.type s${i}, ${data ? '@object' : '@function'}`,
    `s${i}: .byte 0`,
    `.size s${i}, 1`,
    `.symver s${i}, ${name}@@GLIBC_${version}`,
  ]);
  return `.data\n${lines.join('\n')}\n.section .note.GNU-stack,"",@progbits\n`;
}

/**
 * Writes the libraries.
 *
 * @param compiler A gcc, whose libraries are those of this machine.
 * @param bound Version of glibc, such as `2.28`.
 * @returns Paths of the libraries, for the linker.
 */
export function writeOldGlibc({ folder, compiler, bound }) {
  mkdirSync(folder, { recursive: true });
  const run = (...args) => execFileSync(compiler, args, { encoding: 'utf8' }).trim();
  const all = PARTS.flatMap((part) =>
    olderSymbols(
      symbolsOf(run(`-print-file-name=${part}`)).filter(({ defined }) => defined),
      part,
      bound,
    ),
  );
  return [...new Set(all.map(({ home }) => home))].map((home) => {
    const symbols = all.filter((symbol) => symbol.home === home);
    const file = join(folder, home);
    const nodes = [...new Set(symbols.map(({ version }) => version))].sort(compareVersions);
    writeFileSync(`${file}.s`, assembly(symbols));
    writeFileSync(`${file}.map`, nodes.map((version) => `GLIBC_${version} { };\n`).join(''));
    run(
      ...['-shared', '-nostdlib', `-Wl,-soname,${home}`, `-Wl,--version-script=${file}.map`],
      ...[`${file}.s`, '-o', file],
    );
    return file;
  });
}
