import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import * as tf from '@tensorflow/tfjs';

/** Where the numbers come from. */
export interface Machine {
  readonly cpu: string;
  /** The widest vectors that the CPU offers, as Linux tells; null where it does not. */
  readonly vectors: 'AVX-512' | 'AVX2' | null;
  readonly cores: number;
  /** Runnable processes, mean of the last minute (0 on Windows): above 1 others may disturb. */
  readonly load: number;
  readonly node: string;
  readonly tfjs: string;
  /** With its adapter; null where all ran in Node. */
  readonly browser: string | null;
  /** Null where PyTorch did not run. */
  readonly torch: string | null;
  /** Null where JAX did not run. */
  readonly jax: string | null;
}

function vectors(): Machine['vectors'] {
  try {
    const flags = readFileSync('/proc/cpuinfo', 'utf8');
    if (/\bavx512f\b/.test(flags)) return 'AVX-512';
    return /\bavx2\b/.test(flags) ? 'AVX2' : null;
  } catch {
    return null;
  }
}

/** Call it before the measurements: they make load themselves. */
export function describeMachine({
  torch = null,
  jax = null,
  browser = null,
}: Partial<Pick<Machine, 'torch' | 'jax' | 'browser'>> = {}): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    vectors: vectors(),
    cores: availableParallelism(),
    load: loadavg()[0] ?? 0,
    node: process.versions.node,
    tfjs: tf.version_core,
    browser,
    torch,
    jax,
  };
}
