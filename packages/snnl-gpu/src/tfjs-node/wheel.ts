import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors';
import { run } from '../programs/run';

/** TensorFlow for the CPU, as published for Python; its libraries do not need Python. */
export const DEFAULT_WHEEL = 'tensorflow-cpu==2.21.0';

/** SHA-256 of the default wheel, as PyPI states it, by `process.arch`; none is known for arm64. */
const DEFAULT_HASH: Readonly<Record<string, string>> = {
  x64: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
};

/** What the wheel of one Python release is asked for, whichever Python is here. */
const TARGET = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];
/** pip takes the tags it is given only, not older ones: releases differ in theirs. */
const PLATFORMS = ['manylinux_2_28', 'manylinux_2_27', 'manylinux_2_17', 'manylinux2014'];
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Keeps the libraries and the headers of the C API: two thirds of a wheel are neither. */
const EXTRACT = `
import re, sys, zipfile
wanted = re.compile(r"tensorflow/(libtensorflow_(cc|framework)\\.so\\.2|include/(tensorflow/c|tensorflow/core/platform|tsl/platform|xla/tsl/c)/.*\\.h)$")
archive = zipfile.ZipFile(sys.argv[1])
archive.extractall(sys.argv[2], [name for name in archive.namelist() if wanted.match(name)])
`;

const PYTHONS = ['python3', 'python'];

async function findPip(): Promise<string> {
  for (const python of PYTHONS) {
    if ((await run(python, ['-m', 'pip', '--version'])).code === 0) return python;
  }
  throw new UserError(
    `Neither ${PYTHONS.join(' nor ')} has pip, which fetches libtensorflow. Install it (on Debian ` +
      'and Ubuntu: apt install python3-pip).',
  );
}

async function step(command: string, args: readonly string[], what: string): Promise<void> {
  const { code, output } = await run(command, args);
  if (code !== 0) throw new UserError(`${what} failed: ${[command, ...args].join(' ')}\n${output}`);
}

/** Arguments for pip: from the index only, binary, for this machine. */
function pipTarget(): string[] {
  const machine = MACHINES[process.arch];
  if (process.platform !== 'linux' || machine === undefined) {
    throw new UserError(
      `The wheel serves Linux on x64 and arm64; this is ${process.platform}-${process.arch}. Use the ` +
        'official libtensorflow: --from official.',
    );
  }
  const platforms = PLATFORMS.flatMap((tag) => ['--platform', `${tag}_${machine}`]);
  return ['--only-binary=:all:', ...TARGET, ...platforms];
}

/** A file that asks pip for the wheel, and has it refuse another file than that of the hash. */
function requirementsFile(wheel: string, folder: string): string {
  const hash = wheel === DEFAULT_WHEEL ? DEFAULT_HASH[process.arch] : undefined;
  const path = join(folder, 'requirements.txt');
  writeFileSync(path, `${wheel}${hash === undefined ? '' : ` --hash=sha256:${hash}`}\n`);
  return path;
}

/**
 * The name of the folder of a wheel.
 *
 * @throws UserError where it would be that of another one, or an option for pip.
 */
function folderName(wheel: string): string {
  const name = wheel.replace(/[^\w.-]+/g, '-');
  if (!/^[-.]*$/.test(name) && !/^\s*-|[\r\n]/.test(wheel)) return name;
  throw new UserError(`Expected --wheel to be a wheel, such as ${DEFAULT_WHEEL}; got '${wheel}'.`);
}

async function unpackLibraries(python: string, wheel: string, folder: string): Promise<void> {
  const download = join(folder, 'download');
  const args = ['-m', 'pip', 'download', '--no-deps', ...pipTarget()];
  const from = ['-r', requirementsFile(wheel, folder)];
  await step(python, [...args, '--dest', download, ...from], `Downloading ${wheel}`);
  const unpack = `import glob, sys\nsys.argv[1:2] = glob.glob(sys.argv[1] + "/*.whl")\n${EXTRACT}`;
  await step(python, ['-c', unpack, download, folder], `Unpacking ${wheel}`);
  rmSync(download, { recursive: true });
}

/** With everything it depends on: CUDA's libraries are found from where pip lays them. */
async function unpackAll(python: string, wheel: string, folder: string): Promise<void> {
  const args = ['-m', 'pip', 'install', '--no-compile', ...pipTarget()];
  const from = ['-r', requirementsFile(wheel, folder)];
  await step(python, [...args, '--target', folder, ...from], `Installing ${wheel}`);
}

/** Where large downloads are kept: `$XDG_CACHE_HOME/snnl-gpu` or `~/.cache/snnl-gpu`. */
export function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'snnl-gpu');
}

const UNPACKING = 'unpacking-';
const DAY = 86_400_000;

/** What runs that were killed have left. */
function removeLeftovers(cache: string): void {
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (!name.startsWith(UNPACKING) || stats === undefined) continue;
    if (Date.now() - stats.mtimeMs > DAY) rmSync(folder, { recursive: true, force: true });
  }
}

/** Moves `folder` to `home`, unless another run has put its own there, which may be in use. */
function moveTo(home: string, libraries: string, folder: string): void {
  try {
    renameSync(folder, home);
  } catch (error) {
    if (existsSync(libraries)) return;
    if (!existsSync(home)) throw error;
    rmSync(home, { recursive: true, force: true });
    renameSync(folder, home);
  }
}

/**
 * Has libtensorflow from a wheel of TensorFlow, downloaded once.
 *
 * @param wheel A requirement for pip. One with extras, as `tensorflow[and-cuda]==2.21.0`, comes with
 *   its dependencies; one with `--hash=sha256:...` is compared with it, and so is the default one.
 * @param cache Folder for the libraries, one folder a wheel.
 * @throws UserError if it is none, or pip or its file does not do.
 * @returns The folder that holds `libtensorflow_cc.so.2` and `include`.
 */
export async function tensorflowFromWheel(wheel: string, cache: string): Promise<string> {
  const home = join(cache, folderName(wheel));
  const libraries = join(home, 'tensorflow');
  if (existsSync(libraries)) return libraries;
  const python = await findPip();
  mkdirSync(cache, { recursive: true });
  removeLeftovers(cache);
  // Beside its place, then moved there: a run that is broken off leaves nothing half done.
  const folder = mkdtempSync(join(cache, UNPACKING));
  try {
    const unpack = wheel.includes('[') ? unpackAll : unpackLibraries;
    await unpack(python, wheel, folder);
    if (!existsSync(join(folder, 'tensorflow', 'libtensorflow_cc.so.2'))) {
      throw new UserError(
        `${wheel} holds no libtensorflow_cc.so.2; name TensorFlow 2.13 or newer.`,
      );
    }
    moveTo(home, libraries, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return libraries;
}
