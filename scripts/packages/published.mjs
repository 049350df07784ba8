/** The packages that are published: those under packages/ that are not private. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../pnpm.mjs';

/** What `dist` holds for each subpath of `exports`, with the conditions it has builds for. */
function entriesOf(manifest) {
  return Object.entries(manifest.exports)
    .filter(([, offer]) => typeof offer === 'object')
    .map(([subpath, { import: esm = {}, require: cjs, default: only }]) => ({
      specifier: join(manifest.name, subpath),
      esm: esm.default ?? only,
      cjs: cjs?.default,
    }));
}

export const published = readdirSync(join(root, 'packages'))
  .map((name) => join(root, 'packages', name))
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  }))
  .filter(({ manifest }) => !manifest.private)
  .map(({ folder, manifest }) => ({
    name: manifest.name,
    folder,
    manifest,
    entries: entriesOf(manifest),
  }));
