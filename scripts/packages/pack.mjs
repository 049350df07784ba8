/** Packs the built packages as the registry would get them. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, root } from '../pnpm.mjs';
import { published } from './published.mjs';

/** Returns the published packages, each with the path and the bytes of its tarball. */
export function pack(destination = join(root, '.cache', 'packed')) {
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  const filters = published.flatMap(({ name }) => ['--filter', name]);
  const args = ['--silent', ...filters, 'pack', '--pack-destination', destination];
  const code = pnpm(args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (code !== 0) throw new Error(`pnpm pack ended with ${code}: build the packages first.`);
  return published.map((pkg) => {
    const path = join(destination, `${pkg.name}-${pkg.manifest.version}.tgz`);
    return { ...pkg, tarball: path, bytes: readFileSync(path) };
  });
}
