import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../errors';
import { packageRoot } from '../node/binary';
import { run } from '../programs/run';

const TFJS_VERSION = '4.22.0';
export const PACKAGES = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'] as const;
export type PackageName = (typeof PACKAGES)[number];

/** tfjs-node or tfjs-node-gpu, as installed for a project. */
export interface TfjsNode {
  readonly name: PackageName;
  readonly version: string;
  readonly folder: string;
  /** Where its code looks for its binding. */
  readonly binding: string;
}

/** The package as `project` would load it, or undefined. */
export function findTfjsNode(project: string, name: PackageName): TfjsNode | undefined {
  try {
    const require = createRequire(join(project, 'package.json'));
    const file = realpathSync(require.resolve(`${name}/package.json`));
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    const folder = dirname(file);
    const binding = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
    return { name, version, folder, binding };
  } catch {
    return undefined;
  }
}

const OTHER_LOCKS = ['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];

/** The lock file of another package manager than npm, in the project or around it. */
function otherLock(project: string): string | undefined {
  for (let folder = resolve(project); ; folder = dirname(folder)) {
    const found = OTHER_LOCKS.map((name) => join(folder, name)).find((file) => existsSync(file));
    if (found !== undefined || dirname(folder) === folder) return found;
  }
}

/** Installs the package with npm, without its install script, which downloads. */
export async function installTfjsNode(project: string, name: PackageName): Promise<void> {
  if (!existsSync(join(project, 'package.json'))) {
    throw new UserError(
      `${name} is not installed in ${project}, which has no package.json. Run npm init -y there first.`,
    );
  }
  const other = otherLock(project);
  if (other !== undefined) {
    throw new UserError(
      `${name} is not installed in ${project}, and npm cannot add it there: there is ${other}. Add ` +
        `${name}@${TFJS_VERSION} yourself, without its install script, and run this again.`,
    );
  }
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = [
    'install',
    '--save-exact',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `${name}@${TFJS_VERSION}`,
  ];
  const { code, output } = await run(npm, args, { cwd: project });
  if (code !== 0) throw new UserError(`npm ${args.join(' ')} failed:\n${output}`);
}

/** Adds two numbers with the package in the folder that is its argument. */
const PROBE = `
const tf = require(process.argv[1]);
tf.tidy(() => {
  const [three] = tf.add(1, 2).dataSync();
  if (three !== 3) throw new Error('1 + 2 gave ' + three);
});
console.log(JSON.stringify({ backend: tf.getBackend(), libtensorflow: tf.version.tfjs }));
`;

/**
 * Why the package does not work, in a process of its own, or undefined where it does. On Node 23 and newer
 * with node-shim.js: a program needs that, the binding is none the worse.
 */
export async function whyBroken({ folder, binding }: TfjsNode): Promise<string | undefined> {
  if (!existsSync(binding)) return `its native part is missing (${binding})`;
  const shim = pathToFileURL(join(packageRoot(), 'node-shim.js')).href;
  const args = ['--import', shim, '-e', PROBE, folder];
  const { code, output } = await run(process.execPath, args, { timeout: 60_000 });
  return code === 0 ? undefined : output.trim();
}
