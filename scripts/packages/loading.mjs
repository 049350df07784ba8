/** What loading the built packages does, beyond what linters of packages see. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const BACKENDS = ['cpu', 'wasm', 'webgl', 'webgpu', 'tensorflow'];

/** Dependencies that the main entry of a package may load besides its required peers. */
const OF_MAIN_ENTRY = { 'snnl-layer': ['pure-rand'], 'snnl-parallel': ['pure-rand'] };

/** Packages that no page uses: their main entry may load what Node has. */
const OF_NODE = ['snnl-parallel'];

function requiredPeers({ peerDependencies, peerDependenciesMeta = {} }) {
  return Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]);
}

/** Loads each entry, as ESM and as CommonJS: the same exports, and nothing happens by it. */
export async function loadEntries({ name, folder, manifest, entries }) {
  const require = createRequire(join(folder, 'package.json'));
  const tf = require('@tensorflow/tfjs-core');
  // What peers do when they are loaded is theirs.
  for (const peer of requiredPeers(manifest))
    await import(pathToFileURL(require.resolve(peer)).href);
  const state = () => ({
    kernels: BACKENDS.map((backend) => tf.getKernelsForBackend(backend).length),
    classes: Object.keys(tf.serialization.SerializationMap.getMap().classNameMap),
    globals: Object.getOwnPropertyNames(globalThis),
  });
  for (const { specifier, esm, cjs } of entries) {
    const before = state();
    const exports = Object.keys(await import(pathToFileURL(join(folder, esm)).href)).sort();
    if (cjs) assert.deepEqual(Object.keys(require(join(folder, cjs))).sort(), exports, specifier);
    const pure = manifest.sideEffects === false || !manifest.sideEffects.includes(esm);
    if (pure) assert.deepEqual(state(), before, `${specifier} has side effects`);
  }
  return `${name}: ${entries.length} entries, the same as ESM and as CommonJS`;
}

/** What uses the parts of a package that could need an ES module later than when it is loaded. */
const LATER = {
  'snnl-callbacks': `require('./dist/node.cjs').tensorBoard(process.argv[1]).open()`,
  // Of its package.json ("imports").
  'snnl-gpu': `require('node:module').createRequire(process.cwd() + '/')('#tensorflow')`,
};

/** CommonJS does where ES modules cannot be required: in jest, and in Node before 20.19. */
export function requireEntries({ name, folder, entries }) {
  const loads = entries.flatMap(({ cjs }) => (cjs ? [`require('./${cjs}')`] : []));
  const code = [...loads, LATER[name] ?? ''].join(';\n');
  const scratch = mkdtempSync(join(tmpdir(), 'snnl-cjs-'));
  try {
    const flags = ['--no-experimental-require-module', '--no-warnings'];
    execFileSync(process.execPath, [...flags, '-e', code, scratch], { cwd: folder, stdio: 'pipe' });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Packages that a built file imports, itself or through chunks. */
async function importsOf(file, kinds) {
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    splitting: true,
    outdir: 'unused',
    packages: 'external',
    tsconfigRaw: {},
    metafile: true,
    logLevel: 'error',
  });
  return Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, kind }) => external && kinds.includes(kind))
    .map(({ path }) => path);
}

const packageOf = (path) => path.match(/^(?:@[^/]+\/)?[^/]+/)?.[0];

/** Every import is declared, and a page that uses the main entry loads no more than it needs. */
export async function checkImports({ name, folder, manifest, entries }) {
  const { dependencies = {}, peerDependencies } = manifest;
  const declared = Object.keys({ ...dependencies, ...peerDependencies });
  for (const { specifier, esm } of entries) {
    const file = join(folder, esm);
    for (const path of await importsOf(file, ['import-statement', 'dynamic-import'])) {
      const known = /^(node:|#)/.test(path) || declared.includes(packageOf(path));
      assert(known, `${specifier} imports ${path}, which package.json does not declare`);
    }
    if (specifier !== name) continue;
    const allowed = [...requiredPeers(manifest), ...(OF_MAIN_ENTRY[name] ?? [])];
    for (const path of await importsOf(file, ['import-statement'])) {
      if (OF_NODE.includes(name) && path.startsWith('node:')) continue;
      assert(allowed.includes(packageOf(path)), `a page that uses ${name} loads ${path} too`);
    }
  }
  for (const file of readdirSync(join(folder, 'dist')).filter((file) => /\.d\.c?ts$/.test(file))) {
    // Such a path has no extension, so TypeScript finds nothing there and says `any`.
    const [deep] =
      readFileSync(join(folder, 'dist', file), 'utf8').match(/'@tensorflow\/[^/']+\/.+?'/) ?? [];
    assert(!deep, `dist/${file} names ${deep}: give the export in question a type of its own`);
  }
  return `${name}: imports nothing undeclared`;
}
