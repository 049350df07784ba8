/** `npm run docs:tables`: puts the results into the tables of the guides and of the README. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths';
import { MARKDOWN } from './site/pages';
import { renderTables } from './tables';

for (const file of MARKDOWN) {
  const path = join(ROOT, file);
  const text = readFileSync(path, 'utf8');
  const rendered = renderTables(text, file);
  if (rendered === text) continue;
  writeFileSync(path, rendered);
  console.log(`${file}: tables renewed`);
}
