/**
 * `npm run release:rehearse`: all of a release, on this machine. Versions, builds and publishes
 * from a copy of the work tree to a local registry, and uses the packages from there in fresh
 * projects. Neither the work tree nor the user's npm settings change. `-- --keep` keeps the projects;
 * `-- NAME...` runs only these consumers; `-- --serve` runs none, but serves the registry until
 * Ctrl-C, to try the packages by hand.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { published } from '../packages/published.mjs';
import { root } from '../pnpm.mjs';
import { ensureChromium } from '../programs.mjs';
import { setup } from '../setup.mjs';
import { copyWorkTree, publishFrom } from './work-copy.mjs';

setup();
if (ensureChromium() !== 0) process.exit(1);
// After the set-up that installs what they import.
const { startRegistry } = await import('./registry.mjs');
const { runConsumers } = await import('./consumers.mjs');

const args = process.argv.slice(2);
const only = args.filter((arg) => !arg.startsWith('--'));
const scratch = mkdtempSync(join(tmpdir(), 'snnl-release-'));
const own = published.map(({ name }) => name);
const registry = await startRegistry({
  folder: join(root, '.cache', 'release'),
  scratch,
  own,
});
let failed = 1;
try {
  const copy = join(scratch, 'copy');
  mkdirSync(copy);
  copyWorkTree(copy);
  console.log('Building and publishing to a registry on this machine ...');
  const output = await publishFrom(copy, registry.env);
  for (const name of own) {
    const line = output.split('\n').find((text) => text.includes(`${name}@`));
    if (!line) throw new Error(`${name} was not published:\n${output}`);
    console.log(`published ${line.match(/\S+@\d\S*/)?.[0]}`);
  }
  if (args.includes('--serve')) {
    console.log(`In a project of yours: npm install --registry ${registry.url} snnl-layer`);
    console.log('Ctrl-C ends it.');
    await new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
    });
    failed = 0;
  } else {
    const results = await runConsumers({
      folder: join(scratch, 'consumers'),
      env: registry.env,
      ...(only.length > 0 ? { only } : {}),
    });
    failed = results.filter(({ ok }) => !ok).length;
    console.log(`${results.length - failed} passed, ${failed} failed`);
  }
} finally {
  registry.close();
  if (args.includes('--keep')) console.log(`Kept ${scratch}`);
  else rmSync(scratch, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
