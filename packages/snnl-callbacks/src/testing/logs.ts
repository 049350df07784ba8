import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
