import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Instruction sets beyond the baseline: for files that are named so, and only for those. */
const SETS: Readonly<Record<string, readonly string[]>> = {
  avx2: ['-mavx2', '-mfma'],
  avx512: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma'],
};

export interface Source {
  readonly path: string;
  readonly flags: readonly string[];
}

/** Flags that a file asks for by its name, as in `log_sums_avx2.cc`. */
export function flagsOf(path: string): readonly string[] {
  if (process.arch !== 'x64') return [];
  const set = /_(avx2|avx512)\.cc$/.exec(basename(path))?.[1];
  return set === undefined ? [] : (SETS[set] ?? []);
}

/** The files to compile: those of `native`, `native/cpu` and `native/cuda`. */
export function nativeSources(native: string): Source[] {
  return ['.', 'cpu', 'cuda']
    .map((folder) => join(native, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((path) => path.endsWith('.cc'))
    .sort()
    .map((path) => ({ path, flags: flagsOf(path) }));
}
