/**
 * `npm run release:prebuild`: the native kernels and the addon that calls MPI in the form in which
 * they are published, in `prebuilds` of packages/snnl-gpu and packages/snnl-parallel. For Linux on
 * x64, where they are tested; elsewhere users compile them. `--no-cuda` leaves nvcc out; code that
 * it made before is used.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../pnpm.mjs';
import { setup } from '../setup.mjs';
import { checkBinary } from './prebuild/check.mjs';
import { writeOldGlibc } from './prebuild/glibc.mjs';

/** That of the oldest system on which the official Node 20 runs. */
const GLIBC = '2.28';

/** Without names for debuggers, and without what nothing calls. */
const STRIPPED = ['-Wl,--gc-sections', '-Wl,-s'];

const newer = fileURLToPath(new URL('prebuild/newer-glibc.cc', import.meta.url));

setup();
// TypeScript, by tsx, which the set-up installs.
const { register } = await import('tsx/esm/api');
register();
const gpu = await import('../../packages/snnl-gpu/src/node/binary.ts');
const parallel = await import('../../packages/snnl-parallel/src/native.ts');
const { findCompiler } = await import('../../packages/snnl-gpu/src/programs/compiler.ts');
const { buildNative } = await import('../../packages/snnl-gpu/src/addon/build.ts');
const { hasCudaCode } = await import('../../packages/snnl-gpu/src/addon/cuda-code.ts');
const { buildAddon } = await import('../../packages/snnl-parallel/src/build.ts');

const gpuFolder = join(root, 'packages', 'snnl-gpu');
const parallelFolder = join(root, 'packages', 'snnl-parallel');
for (const folder of [gpuFolder, parallelFolder]) {
  rmSync(join(folder, 'prebuilds'), { recursive: true, force: true });
}
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log(`No binary is published for ${process.platform}-${process.arch}.`);
  process.exit(0);
}

const compiler = await findCompiler();

/** Links a binary against an older glibc, checks what it asks for, and runs `probe` on it. */
async function prebuild(target, build, probe) {
  const scratch = mkdtempSync(join(tmpdir(), 'snnl-prebuild-'));
  try {
    const libraries = writeOldGlibc({ folder: scratch, compiler, bound: GLIBC });
    mkdirSync(dirname(target), { recursive: true });
    await build({
      target,
      extraSources: [newer],
      // All of the libraries: some are first needed by gcc's own, which come after them.
      link: [...STRIPPED, '-Wl,--no-as-needed', ...libraries, '-Wl,--as-needed'],
    });
    const newest = checkBinary(target, GLIBC);
    // In a process of its own: this one cannot unload it.
    execFileSync(process.execPath, ['-e', `require(process.argv[1])${probe}`, target]);
    const size = `${(statSync(target).size / 1000).toFixed(0)} kB`;
    console.log(`${target}\n${size}, for glibc ${newest} and newer`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const cuda = !process.argv.includes('--no-cuda');
await prebuild(
  parallel.binaryPaths(parallelFolder)[1],
  (options) => buildAddon(parallelFolder, options),
  '.open.name',
);
await prebuild(
  gpu.binaryPaths(gpuFolder)[1],
  (options) => buildNative(gpuFolder, { ...options, cuda }),
  '.register()',
);
console.log(
  `snnl-gpu: ${hasCudaCode(join(gpuFolder, 'native')) ? 'with' : 'WITHOUT'} CUDA kernels`,
);
