import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_WHEEL, tensorflowFromWheel } from './wheel';

let root: string;
let cache: string;

/** Stands in for Python with pip: notes its arguments and "installs" after half a second. */
const PYTHON = `#!/bin/sh
echo "$@" >> "$ROOT/calls"
while [ $# -gt 0 ]; do
  if [ "$1" = -r ]; then cat "$2" >> "$ROOT/requirements"; fi
  if [ "$1" = --target ]; then
    sleep 0.5
    mkdir -p "$2/tensorflow"
    echo "$2" > "$2/tensorflow/libtensorflow_cc.so.2"
  fi
  shift
done
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'snnl-wheel-'));
  cache = join(root, 'cache');
  writeFileSync(join(root, 'python3'), PYTHON);
  chmodSync(join(root, 'python3'), 0o755);
  vi.stubEnv('ROOT', root);
  vi.stubEnv('PATH', `${root}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const WHEEL = 'tensorflow[and-cuda]==2.21.0';

test('pip is asked for every platform that a wheel may name', async () => {
  await tensorflowFromWheel(WHEEL, cache);
  const calls = readFileSync(join(root, 'calls'), 'utf8');
  for (const tag of ['manylinux_2_28', 'manylinux_2_27', 'manylinux_2_17', 'manylinux2014']) {
    expect(calls).toMatch(new RegExp(`--platform ${tag}_(x86_64|aarch64) `));
  }
});

test('of two set-ups at once the first one stays, and nothing is left over', async () => {
  const first = tensorflowFromWheel(WHEEL, cache);
  const second = tensorflowFromWheel(WHEEL, cache).then((libraries) => {
    const library = join(libraries, 'libtensorflow_cc.so.2');
    return readFileSync(library, 'utf8');
  });
  const library = join(await first, 'libtensorflow_cc.so.2');
  const mine = readFileSync(library, 'utf8');
  expect(await second).toBe(mine);
  expect(readFileSync(library, 'utf8')).toBe(mine);
  expect(readdirSync(cache)).toEqual(['tensorflow-and-cuda-2.21.0']);
});

test('a half-done folder in its place is replaced', async () => {
  mkdirSync(join(cache, 'tensorflow-and-cuda-2.21.0', 'other'), { recursive: true });
  const libraries = await tensorflowFromWheel(WHEEL, cache);
  expect(existsSync(join(libraries, 'libtensorflow_cc.so.2'))).toBe(true);
});

test('leftovers of killed runs go after a day', async () => {
  for (const [name, age] of [
    ['unpacking-old', 2 * 86_400],
    ['unpacking-new', 60],
  ] as const) {
    mkdirSync(join(cache, name), { recursive: true });
    const then = Date.now() / 1000 - age;
    utimesSync(join(cache, name), then, then);
  }
  await tensorflowFromWheel(WHEEL, cache);
  expect(readdirSync(cache).sort()).toEqual(['tensorflow-and-cuda-2.21.0', 'unpacking-new']);
});

test.each(['..', '.', '', '/', '../', '.-.', '-r other.txt', '--index-url=x', 'a\nb'])(
  'the wheel %j is refused, and everything beside the cache stays',
  async (wheel) => {
    mkdirSync(cache);
    writeFileSync(join(cache, 'kept'), '');
    await expect(tensorflowFromWheel(wheel, cache)).rejects.toThrow(
      `Expected --wheel to be a wheel, such as tensorflow-cpu==2.21.0; got '${wheel}'.`,
    );
    expect(existsSync(join(cache, 'kept'))).toBe(true);
    expect(existsSync(join(root, 'calls'))).toBe(false);
  },
);

test('pip compares the default wheel with its hash, and others with the one given', async () => {
  const asked = async (wheel: string) => {
    rmSync(join(root, 'requirements'), { force: true });
    // The stand-in downloads nothing.
    await tensorflowFromWheel(wheel, cache).catch(() => {});
    return readFileSync(join(root, 'requirements'), 'utf8');
  };
  const hash = process.arch === 'x64' ? / --hash=sha256:[0-9a-f]{64}\n$/ : /^[^ ]*\n$/;
  expect(await asked(DEFAULT_WHEEL)).toMatch(hash);
  expect(await asked(WHEEL)).toBe(`${WHEEL}\n`);
  const given = `tensorflow-cpu==2.20.0 --hash=sha256:${'0'.repeat(64)}`;
  expect(await asked(given)).toBe(`${given}\n`);
});
