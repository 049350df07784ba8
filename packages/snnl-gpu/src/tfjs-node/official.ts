import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from '../programs/run';
import type { TfjsNode } from './package';

/** Whether the site from which the package's own installer downloads answers. */
export async function officialSiteAnswers({ folder }: TfjsNode): Promise<boolean> {
  const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    binary: { host: string };
  };
  try {
    await fetch(binary.host, { method: 'HEAD', signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

/** Where npm has the programs of dependencies: `folder` and above. */
function programFolders(folder: string): string[] {
  const above = dirname(folder);
  const here = join(folder, 'node_modules', '.bin');
  return above === folder ? [here] : [here, ...programFolders(above)];
}

/**
 * Runs the package's own installer, which calls node-pre-gyp by its name and keeps a binding that is
 * there, whatever it was built for.
 *
 * @returns Why it failed, with the former binding back in its place, or undefined.
 */
export async function installOfficially(tfjsNode: TfjsNode): Promise<string | undefined> {
  const { name, folder, binding } = tfjsNode;
  const kind = name.endsWith('-gpu') ? ['gpu', 'download'] : [];
  const args = [join(folder, 'scripts', 'install.js'), ...kind];
  const env = { PATH: [...programFolders(folder), process.env.PATH].join(delimiter) };
  const former = `${binding}.former`;
  if (existsSync(binding)) renameSync(binding, former);
  const { code, output } = await run(process.execPath, args, {
    cwd: folder,
    timeout: 600_000,
    env,
  });
  if (code === 0 && existsSync(binding)) {
    rmSync(former, { force: true });
    return undefined;
  }
  if (existsSync(former)) renameSync(former, binding);
  return output.trim() || 'it left no binding';
}
