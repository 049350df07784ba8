import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';
import { assertValue, rules } from 'snnl-layer';
import type { LogWriter } from '../writers/writer';

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

/** An event of TensorBoard: the version that opens a file, or scalars by tag at a step. */
type Event =
  | { readonly time: number; readonly fileVersion: string }
  | {
      readonly time: number;
      readonly step: number;
      readonly scalars: Readonly<Record<string, number>>;
    };

/**
 * Writes the fields of a tensorflow.Event message.
 *
 * @see tensorboard/compat/proto/event.proto and summary.proto
 */
function writeEvent(event: Event, message: PbfWriter): void {
  message.writeDoubleField(1, event.time / 1000); // wall_time, in seconds
  if ('fileVersion' in event) {
    message.writeStringField(3, event.fileVersion);
    return;
  }
  message.writeVarintField(2, event.step);
  message.writeMessage(5, writeSummary, event.scalars);
}

function writeSummary(scalars: Readonly<Record<string, number>>, message: PbfWriter): void {
  for (const scalar of Object.entries(scalars)) message.writeMessage(1, writeValue, scalar);
}

function writeValue([tag, value]: [string, number], message: PbfWriter): void {
  message.writeStringField(1, tag);
  message.writeFloatField(2, value); // simple_value
}

/** A CRC that may itself be part of checksummed data: rotated right by 15 bits, plus a constant. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * `data` as one record of a TFRecord file: its length (uint64, little endian), the masked CRC-32C
 * of the length, the data, and the masked CRC-32C of the data.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}

/** CRC-32C (Castagnoli), the reflected polynomial 0x82f63b78; RFC 3720, appendix B.4. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  }
  return remainder;
});

/** The CRC-32C of `bytes` as an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}
