import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files to compile: those of `native`, `native/cpu` and `native/cuda`. All get the same flags;
 * files for one instruction set say so themselves.
 */
export function nativeSources(native: string): string[] {
  return ['.', 'cpu', 'cuda']
    .map((folder) => join(native, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((path) => path.endsWith('.cc'))
    .sort();
}
