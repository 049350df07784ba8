import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { record, temporaryFolder } from '../testing/logs';
import { readScalars } from '../testing/tensor-board-reader';
import { crc32c, tensorBoard } from './tensor-board';

const SECONDS = Date.UTC(2024, 0, 1) / 1000;

async function logged(...logs: Record<string, number>[]): Promise<string> {
  const folder = join(temporaryFolder(), 'runs');
  const writer = tensorBoard(folder);
  await writer.open?.();
  for (const [epoch, values] of logs.entries()) await writer.write(record(epoch, values));
  return folder;
}

describe('tensorBoard', () => {
  it('writes events that the reader of TensorBoard finds', async () => {
    const folder = await logged(
      { loss: 1.5, entanglement_größe_ratio: 0.75 },
      { loss: Number.NaN, entanglement_größe_ratio: 0.5 },
    );
    expect(readScalars(folder)).toEqual({
      loss: [
        [SECONDS, 0, 1.5],
        [SECONDS, 1, null],
      ],
      'entanglement/größe_ratio': [
        [SECONDS, 0, 0.75],
        [SECONDS, 1, 0.5],
      ],
    });
  });

  it('writes a file for each training, which TensorBoard joins', async () => {
    const folder = join(temporaryFolder(), 'runs');
    const writer = tensorBoard(folder);
    for (const epoch of [0, 1]) {
      await writer.open?.();
      await writer.write(record(epoch, { loss: epoch }));
    }
    expect(readdirSync(folder).length).toBe(2);
    expect(readScalars(folder)).toEqual({
      loss: [
        [SECONDS, 0, 0],
        [SECONDS, 1, 1],
      ],
    });
  });

  it('keeps what came before a record that was cut off', async () => {
    const folder = await logged({ loss: 3 }, { loss: 2 });
    const [name] = readdirSync(folder) as [string];
    const path = join(folder, name);
    truncateSync(path, readFileSync(path).length - 5);
    expect(readScalars(folder)).toEqual({ loss: [[SECONDS, 0, 3]] });
  });

  it('counts steps beyond 32 bits', async () => {
    const folder = join(temporaryFolder(), 'runs');
    const writer = tensorBoard(folder);
    await writer.open?.();
    await writer.write({ ...record(0, { loss: 1 }), step: 2 ** 40 + 1 });
    expect(readScalars(folder)).toEqual({ loss: [[SECONDS, 2 ** 40 + 1, 1]] });
  });
});

describe('crc32c', () => {
  // RFC 3720, appendix B.4, and the check value of the Rocksoft catalogue.
  it.each([
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [new TextEncoder().encode('123456789'), 0xe3069283],
    [new Uint8Array(0), 0],
  ])('gives the published value of vector %#', (bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});
