/**
 * Compiles assembly/ and bundles the helper thread's program into src/operation/wasm/modules.generated.ts, as
 * strings, so that neither bundlers nor Node nor browsers need to find a second file. Does nothing
 * when its sources have not changed since.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'src/operation/wasm/modules.generated.ts');

const builds = [
  { name: 'relaxedSimdBinary', entry: 'assembly/index.ts', features: 'simd,relaxed-simd' },
  { name: 'simdBinary', entry: 'assembly/index.ts', features: 'simd' },
  { name: 'scalarBinary', entry: 'assembly/index.ts', features: '' },
];

function sourceDigest() {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const folder of ['assembly', 'src/operation/wasm']) {
    const files = readdirSync(join(root, folder), { recursive: true }).filter(
      (file) => file.endsWith('.ts') && !/\.(generated|test)\.ts$/.test(file),
    );
    for (const file of files.sort())
      hash.update(file).update(readFileSync(join(root, folder, file)));
  }
  return hash.digest('hex');
}

async function compile({ name, entry, features }) {
  const enable = features === '' ? [] : ['--enable', features];
  const options = '-O3 --converge --runtime stub --noAssert --importMemory --initialMemory 1';
  const { error, stderr, binary } = await ascBinary([
    entry,
    ...options.split(' '),
    '--maximumMemory',
    '65536',
    '--noExportMemory',
    ...enable,
  ]);
  if (error)
    throw new Error(`AssemblyScript could not compile ${entry}: ${error.message}\n${stderr}`);
  return { name, bytes: binary };
}

async function ascBinary(args) {
  const files = new Map();
  const { error, stderr } = await asc.main([...args, '--baseDir', root, '--outFile', 'out.wasm'], {
    writeFile: (file, contents) => files.set(file, contents),
  });
  return { error, stderr: stderr.toString(), binary: files.get('out.wasm') };
}

async function helperProgram() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/operation/wasm/helper.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    external: ['node:worker_threads'],
    target: 'es2022',
  });
  return outputFiles[0].text;
}

/** Writes the module if its sources have changed; vitest calls it before the tests. */
export async function setup() {
  const stamp = `// Sources: ${sourceDigest()}\n`;
  if (existsSync(output) && readFileSync(output, 'utf8').startsWith(stamp)) return;
  const modules = await Promise.all(builds.map(compile));
  const lines = modules.map(
    ({ name, bytes }) => `export const ${name} = '${Buffer.from(bytes).toString('base64')}';\n`,
  );
  const helper = `export const helperSource = ${JSON.stringify(await helperProgram())};\n`;
  writeFileSync(output, `${stamp}// Made by scripts/build-wasm.mjs.\n${lines.join('')}${helper}`);
  const sizes = modules.map(({ name, bytes }) => `${name} ${bytes.length}`).join(', ');
  console.log(`build-wasm: ${sizes} bytes, helper ${helper.length}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
