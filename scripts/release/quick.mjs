/**
 * The part of a rehearsal that belongs in `npm test`: the packed packages, without a registry, in a
 * few of the fresh projects. Names of consumers as arguments choose others.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../packages/pack.mjs';
import { runConsumers } from './consumers.mjs';

const named = process.argv.slice(2);
const only = named.length > 0 ? named : ['node-both', 'typescript', 'script-tags'];
const scratch = mkdtempSync(join(tmpdir(), 'snnl-consumers-'));
try {
  const tarballs = pack(join(scratch, 'packed')).map(({ tarball }) => tarball);
  const results = await runConsumers({
    folder: join(scratch, 'consumers'),
    env: { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false' },
    packages: tarballs,
    only,
  });
  const failed = results.filter(({ ok }) => !ok).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
