import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './options';

const VENV = fileURLToPath(new URL('../.venv', import.meta.url));
const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';

/** Runs with its output on stderr: stdout belongs to the results. */
function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status === 0;
}

/**
 * The Python that has PyTorch and JAX, set up on first use in `bench/.venv`.
 *
 * @throws UsageError if Python or one of them cannot be had.
 */
export function peersPython(): string {
  const python = join(VENV, BIN, 'python');
  const ready = () =>
    existsSync(python) &&
    spawnSync(python, ['-c', 'import torch, jax'], { stdio: 'ignore' }).status === 0;
  if (ready()) return python;
  console.error('Installing PyTorch and JAX into bench/.venv (first use; some minutes) ...');
  const system = process.platform === 'win32' ? 'python' : 'python3';
  if (!run(system, ['-m', 'venv', VENV])) {
    throw new UsageError(
      `--peers needs ${system} with its venv module (on Debian: python3-venv); see above.`,
    );
  }
  if (!run(python, ['-m', 'pip', 'install', '--quiet', 'torch', 'jax']) || !ready()) {
    throw new UsageError('pip could not install PyTorch and JAX; see above. Run without --peers.');
  }
  return python;
}
