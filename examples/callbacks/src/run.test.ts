import '@tensorflow/tfjs-backend-wasm';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digits } from '@snnl/datasets';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, expect, it } from 'vitest';
import { run } from './run';

const folder = mkdtempSync(join(tmpdir(), 'snnl-example-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('trains on digits with every callback at once', async () => {
  await setBackend('wasm');
  const tables: string[] = [];
  const { history } = await run({
    train: digits('train', 0, 400),
    heldOut: digits('test', 0, 100),
    epochs: 2,
    seed: 7,
    folder,
    print: (table) => tables.push(table),
  });
  expect(Object.keys(history)).toEqual([
    'val_loss',
    'val_acc',
    'loss',
    'acc',
    'temperature',
    ...['first', 'second'].flatMap((layer) =>
      ['loss', 'chance', 'ratio'].map((value) => `entanglement_${layer}_${value}`),
    ),
  ]);
  const [before = 0, after = 1] = (history.entanglement_second_ratio ?? []).map(Number);
  expect(after).toBeLessThan(before);
  expect(tables.length).toBe(2);

  const rows = readFileSync(join(folder, 'log.jsonl'), 'utf8').trimEnd().split('\n');
  expect(rows.map((row) => JSON.parse(row).temperature)).toEqual(history.temperature);
  const [header, ...lines] = readFileSync(join(folder, 'log.csv'), 'utf8').trimEnd().split('\n');
  expect(header).toBe(`time,epoch,step,${Object.keys(history).join(',')}`);
  expect(lines.length).toBe(2);
  expect(readdirSync(join(folder, 'tensorboard')).length).toBe(1);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('During training');
  expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).layers.length).toBe(2);
}, 120_000);
