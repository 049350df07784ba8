import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';
import { assertValue, rules } from 'snnl-layer';
import type { LogWriter } from '../writers/writer';
import { type Event, writeEvent } from './event';
import { tfRecord } from './tf-record';

/**
 * Writes event files that TensorBoard reads: `tensorboard --logdir <logdir>`. Each training adds a
 * file of its own; each value of the logs is a scalar under its key, over epochs (or batches, where
 * the logger measures per batch). Entanglement values are grouped: `entanglement_code_ratio` is
 * found as `entanglement/code_ratio`. tfjs-node is not needed.
 *
 * Of a killed run at most the last measurement is lost.
 */
export function tensorBoard(logdir: string): LogWriter {
  assertValue('logdir of tensorBoard', logdir, rules.text);
  let path: string | undefined;
  let files = 0;
  return {
    name: `tensorBoard(${logdir})`,
    open() {
      const seconds = Math.floor(Date.now() / 1000);
      // TensorBoard sorts files by name, which begins with the time; the rest keeps it unique.
      const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${files}.v2`;
      files += 1;
      mkdirSync(logdir, { recursive: true });
      path = join(logdir, name);
      writeFileSync(path, encode({ time: Date.now(), fileVersion: 'brain.Event:2' }), {
        flag: 'wx',
      });
    },
    write({ time, step, name, logs }) {
      if (path === undefined) throw new Error('it was not opened');
      const scalars = Object.entries(logs).map(([key, value]) => [
        key.startsWith(`${name}_`) ? key.replace(`${name}_`, `${name}/`) : key,
        value,
      ]);
      appendFileSync(path, encode({ time, step, scalars: Object.fromEntries(scalars) }));
    },
  };
}

function encode(event: Event): Uint8Array {
  const message = new PbfWriter();
  writeEvent(event, message);
  return tfRecord(message.finish());
}
