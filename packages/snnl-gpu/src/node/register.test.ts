import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { binaryPaths, packageRoot } from './binary';

const exec = promisify(execFile);
const root = packageRoot();
const [built] = binaryPaths(root);
const tfjsNode = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'snnl-native-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Prints the reason of `register()` and one loss, by op if `op` is set. */
const PRELUDE = `
const tf = require(${JSON.stringify(dirname(tfjsNode))});
const sums = () => {
  const backend = tf.backend();
  const x = tf.tensor2d([0, 0, 1, 1], [2, 2]);
  const ids = tf.tensor1d([0, 0], 'int32');
  const attrs = [{ name: 'selfOffset', type: backend.binding.TF_ATTR_INT, value: 0 }];
  const out = backend.executeSingleOutput('SnnlNeighborLogSums', attrs, [x, x, ids, ids, tf.scalar(1)]);
  return out.dataSync()[0];
};
`;

/** Runs a script in a process of its own; rejects when that fails or is aborted. */
async function script(name: string, code: string): Promise<string> {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, PRELUDE + code);
  const { stdout } = await exec(process.execPath, [file], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return stdout.trim();
}

/** A copy of the binary, as a second copy of the package would have it. */
function copyOf(name: string): string {
  const target = join(folder, name, 'snnl-gpu.node');
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(built, target);
  return JSON.stringify(target);
}

test('two copies of the package in one process share one registration', async () => {
  const output = await script(
    'copies',
    `for (const path of [${copyOf('a')}, ${copyOf('b')}]) {
      const { error, cpu } = require(path).register();
      console.log(JSON.stringify({ error, cpu, sum: sums() }));
    }`,
  );
  const expected = JSON.stringify({ error: '', cpu: true, sum: -2 });
  expect(output).toBe(`${expected}\n${expected}`);
});

test('worker threads that register at once, from two copies, do not abort', async () => {
  const output = await script(
    'workers',
    `const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
    if (isMainThread) {
      const go = new SharedArrayBuffer(4);
      const paths = [${copyOf('c')}, ${copyOf('d')}, ${copyOf('c')}, ${copyOf('d')}];
      const workers = paths.map((path) => new Worker(__filename, { workerData: { path, go } }));
      let ready = 0, done = 0;
      for (const worker of workers) {
        worker.on('error', (error) => { console.error(error); process.exitCode = 1; });
        worker.on('message', (message) => {
          if (message === 'ready' && ++ready === workers.length) {
            Atomics.store(new Int32Array(go), 0, 1);
            Atomics.notify(new Int32Array(go), 0);
          }
          if (message.sum === -2 && message.error === '' && ++done === workers.length) {
            console.log('all registered; then in the main thread: ' + sums());
          }
        });
      }
    } else {
      const binary = require(workerData.path);
      parentPort.postMessage('ready');
      Atomics.wait(new Int32Array(workerData.go), 0, 0);
      const { error } = binary.register();
      parentPort.postMessage({ error, sum: sums() });
    }`,
  );
  expect(output).toBe('all registered; then in the main thread: -2');
});

test('ops stay usable after the worker that registered them has ended', async () => {
  const output = await script(
    'ended',
    `const { Worker, isMainThread, workerData } = require('node:worker_threads');
    if (isMainThread) {
      new Worker(__filename, { workerData: ${copyOf('e')} }).on('exit', (code) => {
        setTimeout(() => console.log(code, sums()), 50);
      });
    } else {
      if (require(workerData).register().error !== '') process.exit(3);
    }`,
  );
  expect(output).toBe('0 -2');
});

test('TensorFlow that is not loaded is named', async () => {
  const { stdout } = await exec(process.execPath, [
    '-p',
    `require(${copyOf('f')}).register().error`,
  ]);
  expect(stdout).toContain('load @tensorflow/tfjs-node first');
});
