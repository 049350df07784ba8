import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile, findCompiler, NODE_API, nodeApiInclude, SHARED } from './compiler';
import type { TfjsNode } from './tfjs-node-package';

const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];

/**
 * Compiles tfjs-node's own sources against libtensorflow in `libraries`, and lays the result where
 * tfjs-node looks for it. The binding names that folder: it has to stay.
 */
export async function buildBinding(
  { folder, binding }: TfjsNode,
  libraries: string,
): Promise<void> {
  const compiler = await findCompiler();
  mkdirSync(dirname(binding), { recursive: true });
  // Beside its place, as another set-up may be at work.
  const built = `${binding}.${process.pid}.new`;
  await compile(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', NODE_API],
    ...[join(folder, '..'), folder, join(libraries, 'include'), nodeApiInclude()].map(
      (f) => `-I${f}`,
    ),
    ...SOURCES.map((file) => join(folder, 'binding', file)),
    ...SHARED,
    ...[`-L${libraries}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...[`-Wl,-rpath,${libraries}`, '-o', built],
  ]);
  renameSync(built, binding);
}
