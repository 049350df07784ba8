/**
 * `npm test`: sets up what is missing, then runs every check of the workspace, also after one has
 * failed, and says where the time went. The last line is `N passed, N failed, N skipped`; each command
 * outside vitest counts as one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pnpmCommand, root } from './pnpm.mjs';
import { ensurePrograms } from './programs.mjs';
import { setup } from './setup.mjs';

const report = join(root, '.cache', 'vitest.json');
const totals = { passed: 0, failed: 0, skipped: 0 };
/** Pairs of seconds and a name. */
const times = { steps: [], files: [] };

const node = (...args) => [process.execPath, ...args];
const tool = (name, ...args) => [join(root, 'node_modules', '.bin', name), ...args];
const pnpm = (...args) => [...pnpmCommand, ...args];

/** Runs a command; whether it exited with 0, and what it wrote. */
function execute([command, ...args], stdio = ['ignore', 'pipe', 'pipe']) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio });
    const output = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part) => output.push(part));
    child.once('error', (error) => output.push(Buffer.from(`${error}\n`)));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Times `action`, which returns how many of its checks failed. */
async function timed(name, action) {
  const started = Date.now();
  const failed = await action();
  const seconds = Math.round((Date.now() - started) / 1000);
  times.steps.push([seconds, name]);
  console.log(`== ${name}: ${failed === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
}

/** Runs commands one after the other. What each says is printed whole: another step may run beside. */
const step = (name, ...commands) =>
  timed(name, async () => {
    let failed = 0;
    for (const command of commands) {
      const { ok, output } = await execute(command);
      console.log(`\n== ${name}: ${[basename(command[0]), ...command.slice(1)].join(' ')}`);
      process.stdout.write(Buffer.concat(output));
      if (!ok) failed += 1;
    }
    totals.passed += commands.length - failed;
    totals.failed += failed;
    return failed;
  });

/** A run that wrote no report, or failed outside of a test, counts as a failure of its own. */
const tests = () =>
  timed('tests', async () => {
    rmSync(report, { force: true });
    mkdirSync(join(root, '.cache'), { recursive: true });
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
    const { ok } = await execute(tool('vitest', 'run', ...reporters), 'inherit');
    const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
    const { numPassedTests = 0, numPendingTests = 0, numTodoTests = 0, testResults = [] } = result;
    const failed = Math.max(result.numFailedTests ?? 0, ok ? 0 : 1);
    totals.passed += numPassedTests;
    totals.failed += failed;
    totals.skipped += numPendingTests + numTodoTests;
    for (const { name, startTime, endTime } of testResults) {
      times.files.push([Math.round((endTime - startTime) / 1000), relative(root, name)]);
    }
    return failed;
  });

/** Compiles the CUDA kernels for every architecture and reads ptxas' report, where there is nvcc. */
function cudaChecks() {
  if (!spawnSync(process.env.NVCC ?? 'nvcc', ['--version']).error) {
    return [node('packages/snnl-gpu/native/cuda/build.mjs', '--check')];
  }
  console.log('No nvcc here: the CUDA kernels are tested on the emulator alone.');
  return [];
}

setup();
if (ensurePrograms() !== 0) totals.failed += 1;
await Promise.all([
  step(
    'static checks and build',
    tool('biome', 'ci', '--error-on-warnings', '.'),
    tool('tsc', '-p', '.'),
    tool('knip', '--no-progress', '--no-config-hints'),
    pnpm('-r', '--filter', './packages/*', 'run', 'build'),
  ),
  step(
    'native code',
    node('scripts/native.mjs'),
    node('scripts/release/prebuild.mjs', '--no-cuda'),
    ...cudaChecks(),
  ),
]);
await Promise.all([
  step(
    'packages and documentation',
    node('scripts/packages/check.mjs'),
    node('scripts/release/quick.mjs'),
    node('scripts/docs.mjs'),
  ),
  step('CPU kernels, with sanitizers', ['sh', 'packages/snnl-gpu/native-test/cpu/run.sh']),
]);
await tests();

console.log('\nSeconds of each step, and of the test files that took longest:');
const slowest = times.files.sort(([a], [b]) => b - a).slice(0, 12);
for (const [seconds, name] of [...times.steps, ...slowest]) {
  console.log(`${String(seconds).padStart(5)}  ${name}`);
}
const { passed, failed, skipped } = totals;
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
