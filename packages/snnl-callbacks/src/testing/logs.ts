import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { LayerEntanglement, LogRecord } from '../writers/writer';

/** A measurement of one layer `hidden` at `epoch`, with the given logs. */
export function record(epoch: number, logs: Record<string, number>, ratio = 0.5): LogRecord {
  const ofAll = { loss: 2 * ratio, chance: 2, ratio, anchors: 10 };
  const entanglement: LayerEntanglement[] = [{ layer: 'hidden', ...ofAll, perClass: new Map() }];
  return {
    epoch,
    step: epoch,
    per: 'epoch',
    name: 'entanglement',
    time: Date.UTC(2024, 0, 1),
    logs,
    entanglement,
  };
}

/** A folder of its own for a test, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'snnl-callbacks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

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

/**
 * A Python that has TensorBoard: python3, or an environment below this package, which the first
 * call installs with venv and pip.
 */
export function installTensorBoard(): string {
  const known = spawnSync('python3', ['-c', 'import tensorboard']);
  if (known.status === 0) return 'python3';
  const python = join(environment, 'bin', 'python');
  const stamp = join(environment, 'installed');
  if (!existsSync(stamp)) {
    run('python3', ['-m', 'venv', '--clear', environment]);
    run(python, ['-m', 'pip', 'install', '--quiet', REQUIREMENT]);
    writeFileSync(stamp, '');
  }
  return python;
}

/** The scalars that TensorBoard's own reader finds: [wall time, step, value or null for NaN] by tag. */
export function readScalars(logdir: string): Record<string, [number, number, number | null][]> {
  return JSON.parse(run(installTensorBoard(), ['-c', READ_SCALARS, logdir]));
}
