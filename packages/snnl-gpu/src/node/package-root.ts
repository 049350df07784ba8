import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'snnl-gpu';

function isRoot(folder: string): boolean {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === NAME;
}

/** The folder of this package. Its code may lie in `src`, in `dist` or in a bundle elsewhere. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let parent = dirname(folder); parent !== folder; parent = dirname(folder)) {
    if (isRoot(folder)) return folder;
    folder = parent;
  }
  const project = createRequire(join(process.cwd(), 'package.json'));
  return dirname(project.resolve(`${NAME}/package.json`));
}
