import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { UserError } from './user-error';

/** An array of unsigned bytes, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 4)).toString('hex');

/**
 * Reads the IDX format: two zero bytes, the element type, the number of axes, the big-endian
 * 32-bit size of each axis, the elements. Gzipped bytes are unpacked first.
 *
 * @param name What to call the file in errors.
 * @param rank Number of axes that the caller needs: 3 for images, 1 for labels.
 * @throws UserError if the bytes are anything else.
 */
export function parseIdx(bytes: Uint8Array, name: string, rank: number): IdxArray {
  const raw = isGzip(bytes) ? unpack(bytes, name) : bytes;
  const magic = `00000${UNSIGNED_BYTE}0${rank}`;
  if (raw.length < 4 || hex(raw) !== magic) {
    throw new UserError(
      `${name} is not an IDX file of unsigned bytes with ${rank} axes: expected it to begin with ` +
        `the bytes ${magic}, but got ${raw.length < 4 ? `only ${raw.length} bytes` : hex(raw)}.`,
    );
  }
  const headerSize = 4 + 4 * rank;
  if (raw.length < headerSize) {
    throw new UserError(
      `${name} ends inside its header: expected ${headerSize} bytes or more, got ${raw.length}.`,
    );
  }
  const header = new DataView(raw.buffer, raw.byteOffset, headerSize);
  const shape = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (raw.length - headerSize !== size) {
    throw new UserError(
      `${name} says it holds ${shape.join(' x ')} bytes of data (${size}), but has ` +
        `${raw.length - headerSize}. It may be cut short: fetch it again.`,
    );
  }
  // A plain array also where `raw` is a Buffer.
  return { shape, data: new Uint8Array(raw.buffer, raw.byteOffset + headerSize, size) };
}

function unpack(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${name} is gzipped but cannot be unpacked (${reason}): fetch it again.`);
  }
}

/** {@link parseIdx} of a file. */
export function readIdx(path: string, rank: number): IdxArray {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Cannot read ${path}: ${reason}`);
  }
  return parseIdx(bytes, path, rank);
}

/** The bytes of an IDX file that holds `data`. */
export function encodeIdx({ shape, data }: IdxArray): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const header = new DataView(bytes.buffer);
  header.setUint8(2, UNSIGNED_BYTE);
  header.setUint8(3, shape.length);
  for (const [axis, length] of shape.entries()) header.setUint32(4 + 4 * axis, length);
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}
