import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binaryPaths } from '../node/binary';
import { compile, findCompiler, NODE_API, nodeApiInclude, SHARED } from './compiler';
import { ensureCudaCode } from './cuda-code';
import { eachOf } from './each-of';
import { nativeSources } from './sources';

const FLAGS = ['-std=c++17', '-O3', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', NODE_API];

/**
 * Never unloaded: its functions stay registered in TensorFlow when the worker thread that loaded it
 * has ended. The C++ library is linked in, so that a binary runs beside an older one.
 */
const LINK =
  process.platform === 'linux' ? ['-Wl,-z,nodelete', '-static-libstdc++', '-static-libgcc'] : [];

/**
 * Compiles `native` into `build/Release/snnl-gpu.node`.
 *
 * @param root The folder of this package.
 * @param options.cuda Whether nvcc is to run, where it is.
 * @returns Path of the binary.
 * @throws UserError without a compiler, or with what the compiler said.
 */
export async function buildNative(root: string, { cuda = true } = {}): Promise<string> {
  const [target = ''] = binaryPaths(root);
  const native = join(root, 'native');
  const compiler = await findCompiler();
  await ensureCudaCode(native, !cuda);
  mkdirSync(dirname(target), { recursive: true });
  const objects = mkdtempSync(join(dirname(target), 'objects-'));
  try {
    const sources = nativeSources(native);
    const object = (index: number) => join(objects, `${index}.o`);
    await eachOf(sources, (path, index) =>
      compile(compiler, [
        ...FLAGS,
        `-I${native}`,
        `-I${nodeApiInclude()}`,
        ...['-c', path, '-o', object(index)],
      ]),
    );
    const linked = join(objects, 'snnl-gpu.node');
    const all = sources.map((_, index) => object(index));
    await compile(compiler, [...all, ...SHARED, ...LINK, '-o', linked]);
    // At once: a process that runs may have the old one loaded.
    renameSync(linked, target);
    return target;
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
}
