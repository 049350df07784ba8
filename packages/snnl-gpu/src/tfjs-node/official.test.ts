import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installOfficially } from './official';
import type { TfjsNode } from './package';

let project: string;
let tfjsNode: TfjsNode;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'snnl-official-'));
  const folder = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
  const binding = join(folder, 'tfjs_binding.node');
  tfjsNode = { name: '@tensorflow/tfjs-node', version: '4.22.0', folder, binding };
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  writeFileSync(binding, 'former');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Like that of tfjs-node: it leaves the work to a program of a dependency. */
function installer(code: string): void {
  writeFileSync(join(tfjsNode.folder, 'scripts', 'install.js'), code);
}

const RUN_DEPENDENCY = "require('node:child_process').execSync('node-pre-gyp')";

test('the installer finds its programs, and makes a binding of its own', async () => {
  const programs = join(project, 'node_modules', '.bin');
  mkdirSync(programs);
  const program = join(programs, 'node-pre-gyp');
  // As the real one: a binding that is there is kept.
  writeFileSync(
    program,
    '#!/bin/sh\ntest -e tfjs_binding.node || printf official > tfjs_binding.node\n',
  );
  chmodSync(program, 0o755);
  installer(RUN_DEPENDENCY);
  expect(await installOfficially(tfjsNode)).toBeUndefined();
  expect(readFileSync(tfjsNode.binding, 'utf8')).toBe('official');
});

test.each([
  ['fails', RUN_DEPENDENCY, /node-pre-gyp/],
  ['ends well without a binding', '', /left no binding/],
])('the former binding stays where the installer %s', async (_, code, reason) => {
  installer(code);
  expect(await installOfficially(tfjsNode)).toMatch(reason);
  expect(readFileSync(tfjsNode.binding, 'utf8')).toBe('former');
});
