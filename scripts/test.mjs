/**
 * `npm test`: sets up what is missing, then runs every check of the workspace, also after one has
 * failed. The last line is `N passed, N failed, N skipped`; each step outside vitest counts as one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowsers } from './browsers.mjs';
import { ensureNative } from './native.mjs';
import { pnpm, root, run } from './pnpm.mjs';
import { setup } from './setup.mjs';

const report = join(root, '.cache', 'vitest.json');
const totals = { passed: 0, failed: 0, skipped: 0 };

/** Runs one step; `count` reads what it did, by default one check that passed or failed. */
function step(name, action, count = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 })) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const ok = action() === 0;
  for (const [kind, number] of Object.entries(count(ok))) totals[kind] += number;
  console.log(
    `== ${name}: ${ok ? 'ok' : 'FAILED'} (${Math.round((Date.now() - started) / 1000)} s)`,
  );
}

function vitest() {
  rmSync(report, { force: true });
  mkdirSync(join(root, '.cache'), { recursive: true });
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  return pnpm(['exec', 'vitest', 'run', ...reporters]);
}

/** A run that wrote no report, or failed outside of a test, counts as a failure of its own. */
function countVitest(ok) {
  if (!existsSync(report)) return { failed: 1 };
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const failed = result.numFailedTests;
  return {
    passed: result.numPassedTests,
    failed: ok ? failed : Math.max(failed, 1),
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/** Compiles the CUDA kernels for every architecture and reads ptxas' report, where there is nvcc. */
function checkCuda() {
  if (spawnSync(process.env.NVCC ?? 'nvcc', ['--version']).error) {
    console.log('No nvcc here: the CUDA kernels are tested on the emulator alone.');
    return 0;
  }
  return run('node', ['packages/snnl-gpu/native/cuda/build.mjs', '--check']);
}

setup();
step('lint and format', () => pnpm(['exec', 'biome', 'ci', '--error-on-warnings', '.']));
step('build', () => pnpm(['-r', '--filter', './packages/*', 'run', 'build']));
step('types', () => pnpm(['-r', 'run', 'typecheck']));
step('packages', () => run('node', ['scripts/packages/check.mjs']));
step('unused code', () => pnpm(['exec', 'knip', '--no-progress', '--no-config-hints']));
step('CUDA kernels', checkCuda);
step('browsers', () => ensureBrowsers());
step('packages in use', () => run('node', ['scripts/release/quick.mjs']));
step('native kernels and tfjs-node', ensureNative);
step('published binary', () => run('node', ['scripts/release/prebuild.mjs', '--no-cuda']));
step('CPU kernels, with sanitizers', () => run('sh', ['packages/snnl-gpu/native-test/cpu/run.sh']));
step('docs', () => run('node', ['scripts/docs.mjs']));
step('tests', vitest, countVitest);
const { passed, failed, skipped } = totals;
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
