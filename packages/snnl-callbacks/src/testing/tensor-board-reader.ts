/** TensorBoard's own reader of event files. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest release that runs on the Python versions in use. */
const REQUIREMENT = 'tensorboard>=2.16';
const environment = fileURLToPath(new URL('../../.cache/tensorboard', import.meta.url));

/** Prints the scalars of a log directory as JSON: {tag: [[wall time, step, value], ...]}, null for NaN. */
const READ_SCALARS = `
import json, math, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0})
events.Reload()
print(json.dumps({tag: [[e.wall_time, e.step, None if math.isnan(e.value) else e.value] for e in events.Scalars(tag)]
                  for tag in events.Tags()['scalars']}))
`;

function run(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.slice(0, 4).join(' ')} failed: ${error?.message ?? stderr}`);
}

/** A Python that has TensorBoard: python3, or one of an environment below this package. */
function pythonWithTensorBoard(): string {
  const known = spawnSync('python3', ['-c', 'import tensorboard']);
  return known.status === 0 ? 'python3' : join(environment, 'bin', 'python');
}

/** Installs TensorBoard with venv and pip, once; Vitest calls it before the tests of the package. */
export function setup(): void {
  const python = pythonWithTensorBoard();
  const stamp = join(environment, 'installed');
  if (python === 'python3' || existsSync(stamp)) return;
  run('python3', ['-m', 'venv', '--clear', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', REQUIREMENT]);
  writeFileSync(stamp, '');
}

/** The scalars that TensorBoard's own reader finds: [wall time, step, value or null for NaN] by tag. */
export function readScalars(logdir: string): Record<string, [number, number, number | null][]> {
  return JSON.parse(run(pythonWithTensorBoard(), ['-c', READ_SCALARS, logdir]));
}
