import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeIdx, parseIdx, readIdx } from './idx';

// Two images of 1 x 3 pixels, written out by hand.
const images = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  3,
  10,
  20,
  30,
  40,
  50,
  60,
);

describe('parseIdx', () => {
  it('reads sizes and elements', () => {
    expect(parseIdx(images, 'images', 3)).toEqual({
      shape: [2, 1, 3],
      data: Uint8Array.of(10, 20, 30, 40, 50, 60),
    });
  });

  it('reads gzipped bytes', () => {
    const { shape, data } = parseIdx(gzipSync(images), 'images.gz', 3);
    expect([shape, [...data]]).toEqual([
      [2, 1, 3],
      [10, 20, 30, 40, 50, 60],
    ]);
  });

  it('reads what encodeIdx writes', () => {
    const labels = { shape: [3], data: Uint8Array.of(7, 0, 9) };
    expect(parseIdx(encodeIdx(labels), 'labels', 1)).toEqual(labels);
  });

  it.each([
    ['nothing', new Uint8Array(0), /begin with the bytes 00000803, but got only 0 bytes/],
    ['labels for images', encodeIdx({ shape: [1], data: Uint8Array.of(1) }), /but got 00000801/],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0), /but got 89504e47/],
    ['a cut header', images.subarray(0, 10), /ends inside its header: expected 16 bytes/],
    ['a cut body', images.subarray(0, 21), /2 x 1 x 3 bytes of data \(6\), but has 5.*cut short/],
    ['bytes too many', Uint8Array.of(...images, 1), /\(6\), but has 7/],
    [
      'a cut gzip file',
      gzipSync(images).subarray(0, 20),
      /cannot be unpacked \(.+\): fetch it again/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'file', 3)).toThrow(message);
  });
});

it('readIdx names a file that is not there', () => {
  expect(() => readIdx('/nowhere/train-images', 3)).toThrow(
    /Cannot read \/nowhere\/train-images: ENOENT/,
  );
});
