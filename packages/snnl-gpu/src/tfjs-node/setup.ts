import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../errors';
import { compile, findCompiler, NODE_API, nodeApiInclude, SHARED } from '../programs/compiler';
import { installOfficially, officialSiteAnswers } from './official';
import {
  findTfjsNode,
  installTfjsNode,
  type PackageName,
  type TfjsNode,
  whyBroken,
} from './package';
import { tensorflowFromWheel } from './wheel';

export const ORIGINS = ['auto', 'official', 'wheel'] as const;

export interface SetupOptions {
  /** Folder of the project that is to load the package. */
  readonly project: string;
  readonly name: PackageName;
  /** `auto`: the official libtensorflow where its site answers, else the wheel. */
  readonly from: (typeof ORIGINS)[number];
  readonly wheel: string;
  readonly cache: string;
  /** Also where it works already. */
  readonly force: boolean;
  /** Tells what is being done. */
  readonly say: (text: string) => void;
}

async function present({ project, name, say }: SetupOptions): Promise<TfjsNode> {
  const found = findTfjsNode(project, name);
  if (found !== undefined) return found;
  say(`installing ${name}, without its install script`);
  await installTfjsNode(project, name);
  const installed = findTfjsNode(project, name);
  if (installed === undefined)
    throw new UserError(`${name} was installed, but not where it is found.`);
  return installed;
}

/** Whether the official installer gave a package that works. */
async function tryOfficial(tfjsNode: TfjsNode, { from, say }: SetupOptions): Promise<boolean> {
  if (from === 'wheel') return false;
  if (from === 'auto' && !(await officialSiteAnswers(tfjsNode))) {
    say('the download site of tfjs-node does not answer');
    return false;
  }
  say(`running the installer of ${tfjsNode.name}`);
  const problem = (await installOfficially(tfjsNode)) ?? (await whyBroken(tfjsNode));
  if (problem === undefined) return true;
  if (from === 'official') {
    throw new UserError(
      `The official installer failed:\n${problem}\nWithout its download site: --from wheel.`,
    );
  }
  say('the official installer failed');
  return false;
}

const BINDING_SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];

/**
 * Compiles tfjs-node's own sources against libtensorflow in `libraries`, and lays the result where
 * tfjs-node looks for it. The binding names that folder: it has to stay.
 */
async function buildBinding({ folder, binding }: TfjsNode, libraries: string): Promise<void> {
  const compiler = await findCompiler();
  mkdirSync(dirname(binding), { recursive: true });
  // Beside its place, as another set-up may be at work.
  const built = `${binding}.${process.pid}.new`;
  await compile(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', NODE_API],
    ...[join(folder, '..'), folder, join(libraries, 'include'), nodeApiInclude()].map(
      (f) => `-I${f}`,
    ),
    ...BINDING_SOURCES.map((file) => join(folder, 'binding', file)),
    ...SHARED,
    ...[`-L${libraries}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...[`-Wl,-rpath,${libraries}`, '-o', built],
  ]);
  renameSync(built, binding);
}

/**
 * Makes tfjs-node work in a project: the package, libtensorflow and the binding between the two.
 *
 * @throws UserError that says what is missing.
 */
export async function setupTfjsNode(options: SetupOptions): Promise<TfjsNode> {
  const { wheel, cache, force, say } = options;
  const tfjsNode = await present(options);
  if (!force && (await whyBroken(tfjsNode)) === undefined) {
    say('nothing to do (--force does it all the same)');
    return tfjsNode;
  }
  if (await tryOfficial(tfjsNode, options)) return tfjsNode;
  // Before the download, which is large.
  await findCompiler();
  say(`getting libtensorflow from ${wheel}, kept in ${cache}`);
  const libraries = await tensorflowFromWheel(wheel, cache);
  say('compiling the binding of tfjs-node against it');
  await buildBinding(tfjsNode, libraries);
  const problem = await whyBroken(tfjsNode);
  if (problem !== undefined) throw new UserError(`${tfjsNode.name} does not work yet:\n${problem}`);
  return tfjsNode;
}
