import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { packageRoot } from '../node/binary';
import { findTfjsNode, installTfjsNode, whyBroken } from './package';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'snnl-package-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

test.each(['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'])(
  'npm leaves a project below %s alone',
  async (lock) => {
    const above = join(root, lock.replace('.', '-'));
    const project = join(above, 'packages', 'app');
    mkdirSync(project, { recursive: true });
    writeFileSync(join(above, lock), '');
    writeFileSync(join(project, 'package.json'), '{}');
    await expect(installTfjsNode(project, '@tensorflow/tfjs-node')).rejects.toThrow(
      `npm cannot add it there: there is ${join(above, lock)}. Add`,
    );
  },
);

test('a folder without package.json is told to get one', async () => {
  await expect(installTfjsNode(root, '@tensorflow/tfjs-node')).rejects.toThrow(
    'which has no package.json. Run npm init -y there first.',
  );
});

test('a Node without util.isNullOrUndefined does not make the package broken', async () => {
  const file = join(root, 'as-node-23.cjs');
  writeFileSync(file, "delete require('node:util').isNullOrUndefined;");
  const tfjsNode = findTfjsNode(packageRoot(), '@tensorflow/tfjs-node');
  if (!tfjsNode) throw new Error('Expected tfjs-node to be installed.');
  vi.stubEnv('NODE_OPTIONS', `--require ${file}`);
  expect(await whyBroken(tfjsNode)).toBeUndefined();
});
