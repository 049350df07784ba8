import '@tensorflow/tfjs-backend-cpu';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CustomCallback } from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EntanglementLogger } from '../entanglement-logger';
import { temporaryFolder } from '../testing/logs';
import { blobs, functionalModel } from '../testing/models';
import type { LogWriter } from '../writers/writer';
import { csv, jsonl } from './line-files';
import { tensorBoard } from './tensor-board';

afterEach(() => vi.restoreAllMocks());

const { x, ids, oneHot } = blobs({ count: 12 });

/** Trains three epochs with the writers; returns the warnings. */
async function warningsOf(writers: LogWriter[], afterFirst = () => {}): Promise<string[]> {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const logger = new EntanglementLogger({ x, y: ids, writers });
  const interrupt = new CustomCallback({
    onEpochBegin: (epoch) => {
      if (epoch === 1) afterFirst();
    },
  });
  const history = await functionalModel().fit(x, oneHot, {
    epochs: 3,
    verbose: 0,
    callbacks: [logger, interrupt],
  });
  expect(history.history.entanglement_snnl_ratio?.length).toBe(3);
  return warn.mock.calls.map(([message]) => String(message));
}

describe('a full disk', () => {
  it('is fit for the test', () => {
    expect(() => writeFileSync('/dev/full', 'x')).toThrow('ENOSPC');
  });

  it.each([
    ['csv', csv],
    ['jsonl', jsonl],
  ])('stops %s with one warning, not the training', async (name, create) => {
    const warnings = await warningsOf([create('/dev/full')]);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toMatch(`${name}(/dev/full) stopped logging: ENOSPC`);
  });

  it('stops tensorBoard in the middle of a run, and spares the other writers', async () => {
    const folder = temporaryFolder();
    const board = join(folder, 'board');
    const other = join(folder, 'log.jsonl');
    const warnings = await warningsOf([tensorBoard(board), jsonl(other)], () => {
      // From now on the event file leads to a full device.
      const [name] = readdirSync(board) as [string];
      rmSync(join(board, name));
      symlinkSync('/dev/full', join(board, name));
    });
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toMatch(/tensorBoard\(.*\) stopped logging: ENOSPC/);
    expect(readFileSync(other, 'utf8').trim().split('\n').length).toBe(3);
  });
});

describe('a lost folder', () => {
  it('stops the writers with a warning each', async () => {
    const folder = join(temporaryFolder(), 'gone');
    const writers = [
      csv(join(folder, 'a.csv')),
      jsonl(join(folder, 'b.jsonl')),
      tensorBoard(folder),
    ];
    const warnings = await warningsOf(writers, () => rmSync(folder, { recursive: true }));
    expect(warnings.map((text) => text.replace(/\(.*?\)/, '').slice(0, 30))).toEqual([
      'csv stopped logging: ENOENT: n',
      'jsonl stopped logging: ENOENT:',
      'tensorBoard stopped logging: E',
    ]);
    expect(existsSync(folder)).toBe(false);
  });

  it('that was never writable is noticed when training begins', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const warnings = await warningsOf([csv(join(file, 'log.csv'))]);
    expect(warnings[0]).toMatch(/stopped logging: (ENOTDIR|EEXIST)/);
  });
});
