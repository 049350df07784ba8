import { existsSync } from 'node:fs';
import programs from './programs.json' with { type: 'json' };

/** Where a program of `programs.json` lies here; its environment variable may name another. */
export function programPath(name: keyof typeof programs): string {
  const { variable, paths, packages } = programs[name];
  const named = process.env[variable];
  const found = (named === undefined ? paths : [named]).find(existsSync);
  if (found !== undefined) return found;
  throw new Error(
    `Expected ${name} at ${named ?? paths.join(' or ')}. Install it (Debian: apt-get install ` +
      `${packages.join(' ')}), or let the variable ${variable} name it.`,
  );
}
