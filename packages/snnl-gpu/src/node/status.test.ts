import '@tensorflow/tfjs-node';
import { kernelFor, kernelStatus } from 'snnl-layer';
import { expect, test } from 'vitest';
import { register } from '../register-all';

test('register() finds tfjs-node and says what is active, the second time too', async () => {
  for (let time = 0; time < 2; time++) {
    const { tensorflow, webgl } = await register();
    expect(tensorflow.reason).toMatch(
      /^binary built here, libtensorflow \d+\.\d+\.\d+, CPU kernels (avx512|avx2|portable) on \d+ threads?, (no )?CUDA/,
    );
    expect(tensorflow.fused).toBe(true);
    expect(kernelStatus('tensorflow')).toEqual(tensorflow);
    expect(webgl.fused).toBe(false);
  }
  expect(kernelFor('tensorflow')).toBe('fused');
});
