import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from './backends';
import { makeBatch } from './batch';
import { plain } from './contender';
import { DISTANCES, PASSES } from './options';
import { peakExtraBytes } from './peak-bytes';
import { PLAIN_MATRICES, plainBytes, plainSkipReason } from './plain-limit';

const N = 512;

describe.each(DISTANCES)('%s', (distance) => {
  beforeAll(() => useBackend('wasm', 1));

  test.each(PASSES)('%s: the count of matrices is what the wasm backend holds', async (pass) => {
    const contender = plain(makeBatch(N, 4), { temperature: 1, distance });
    const { bytes } = await peakExtraBytes(() => contender.run(pass));
    contender.dispose();
    // Beside N x N matrices there are some of N x D and N.
    const matrices = bytes / (4 * N * N);
    expect(matrices).toBeGreaterThan(PLAIN_MATRICES[distance][pass] - 0.5);
    expect(matrices).toBeLessThan(PLAIN_MATRICES[distance][pass] + 0.5);
  });
});

test('memory grows with the square of N, whatever D is', () => {
  const one = plainBytes({ n: 1000, d: 64 }, 'cosine', 'forward');
  expect(plainBytes({ n: 2000, d: 8 }, 'cosine', 'forward')).toBe(4 * one);
});

test('what does not fit is skipped with the reason', () => {
  expect(plainSkipReason({ n: 4096, d: 64 }, 'squaredEuclidean', 'forward+backward')).toBeNull();
  expect(plainSkipReason({ n: 8192, d: 32 }, 'cosine', 'forward+backward')).toBe(
    '8192x32 cosine, forward+backward: the plain formulation would hold about 6.6 GB of N x N ' +
      'matrices; the limit here is 4.0 GB.',
  );
});
