/** Dynamic symbols and libraries of an ELF file, as objdump of the binutils lists them. */
import { execFileSync } from 'node:child_process';

const objdump = (...args) =>
  execFileSync('objdump', args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, LC_ALL: 'C' },
  });

// Address, 7 letters of flags, section, size, version (in brackets where it is not the default), name.
const LINE = /^[0-9a-f]+ (.{7}) (\S+)\s+[0-9a-f]+ +(?:\(?([\w.]+)\)? +)?(?:\.hidden )?(\S+)$/;

/** Reads the lines of `objdump -T`. `weak` symbols may stay without a definition. */
export function parseSymbols(text) {
  return text.split('\n').flatMap((line) => {
    const [, flags, section, version, name] = line.match(LINE) ?? [];
    // The versions themselves are listed too, as absolute symbols.
    if (name === undefined || section === '*ABS*') return [];
    return [
      {
        name,
        version: version === 'Base' ? undefined : version,
        defined: section !== '*UND*',
        weak: flags[1] === 'w',
        data: flags[6] === 'O',
      },
    ];
  });
}

export const symbolsOf = (file) => parseSymbols(objdump('-T', file));

/** Names of the libraries that a file asks for. */
export const neededBy = (file) =>
  [...objdump('-p', file).matchAll(/^\s+NEEDED\s+(\S+)$/gm)].map(([, name]) => name);

/** Compares versions such as `2.28`: negative, 0 or positive. */
export function compareVersions(a, b) {
  const [x, y] = [a, b].map((version) => version.split('.').map(Number));
  const at = x.findIndex((part, i) => part !== (y[i] ?? 0));
  return at < 0 ? x.length - y.length : x[at] - (y[at] ?? 0);
}

/** The number in `GLIBC_2.28`, or undefined for every other kind of version. */
export const glibcVersion = (version) => version?.match(/^GLIBC_(\d+(?:\.\d+)+)$/)?.[1];
