/** Installs the packages into fresh projects, as users do, and trains in each. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';
import { root } from '../pnpm.mjs';
import { exec } from './exec.mjs';

const templates = fileURLToPath(new URL('consumers', import.meta.url));

/** Each project, the scripts of its package.json that must succeed, and the page to open then. */
const CONSUMERS = [
  { name: 'node-esm', is: 'Node, ES modules' },
  { name: 'node-cjs', is: 'Node, CommonJS, parts of tfjs' },
  { name: 'node-both', is: 'Node, both in one process' },
  { name: 'typescript', is: 'TypeScript, strict' },
  { name: 'typescript', is: 'TypeScript, strict, libraries checked', script: 'check:libraries' },
  { name: 'vite', is: 'Vite, in Chromium', page: 'dist' },
  { name: 'esbuild', is: 'esbuild, in Chromium', page: 'dist' },
  { name: 'script-tags', is: 'script tags, in Chromium', page: 'dist' },
  { name: 'workspaces', is: 'two packages, one tfjs' },
  { name: 'tfjs-node', is: 'tfjs-node, published binary' },
];

/** Where the tests of this repository keep libtensorflow too. */
const TENSORFLOW_CACHE = join(root, '.cache', 'tensorflow');

async function browserTools() {
  register();
  return import('../../packages/browser-testing/src/index.ts');
}

/** Prepares a project the first time that it is asked for. */
async function install(folder, { name, env, install: packages }) {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  for (const template of ['shared', name]) {
    cpSync(join(templates, template), folder, { recursive: true });
  }
  await exec('npm', ['install', '--no-package-lock', ...packages], { cwd: folder, env });
}

/**
 * Runs all consumers, one after another.
 *
 * @param folder Where the projects are made.
 * @param env Environment for npm.
 * @param packages What to install besides what package.json names, such as tarballs.
 * @param only Names of the consumers to run; all by default.
 * @returns For each consumer what it is, how it went and how long it took.
 */
export async function runConsumers({ folder, env, packages = [], only }) {
  const { launch, visit } = await browserTools();
  const browser = await launch();
  const results = [];
  try {
    for (const { name, is, script = 'check', page } of CONSUMERS) {
      if (only && !only.includes(name)) continue;
      const started = Date.now();
      const project = join(folder, name);
      const result = { consumer: is, ok: true, note: '' };
      try {
        await install(project, { name, env, install: packages });
        const output = await exec('npm', ['run', '--silent', script], {
          cwd: project,
          env: { ...env, TENSORFLOW_CACHE },
        });
        result.note = output.match(/^note: (.*)$/m)?.[1] ?? '';
        if (page)
          await visit(browser, { folders: { '/': join(project, page, '/') }, timeout: 120_000 });
      } catch (error) {
        result.ok = false;
        result.error = error.message;
      }
      result.seconds = (Date.now() - started) / 1000;
      console.log(row(result));
      if (result.error) console.log(result.error);
      results.push(result);
    }
  } finally {
    await browser.close();
  }
  return results;
}

function row({ consumer, ok, seconds, note }) {
  return `${ok ? 'ok    ' : 'FAILED'}  ${consumer.padEnd(38)} ${seconds.toFixed(1).padStart(6)} s  ${note}`.trimEnd();
}
