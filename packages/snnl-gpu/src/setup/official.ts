import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run';
import type { TfjsNode } from './tfjs-node-package';

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

/** Runs the package's own installer; returns why it failed, or undefined. */
export async function installOfficially({ name, folder }: TfjsNode): Promise<string | undefined> {
  const kind = name.endsWith('-gpu') ? ['gpu', 'download'] : [];
  const args = [join(folder, 'scripts', 'install.js'), ...kind];
  const { code, output } = await run(process.execPath, args, { cwd: folder, timeout: 600_000 });
  return code === 0 ? undefined : output.trim();
}
