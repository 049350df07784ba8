import { availableParallelism, cpus, loadavg } from 'node:os';
import * as tf from '@tensorflow/tfjs';

/** Where the numbers come from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Runnable processes, mean of the last minute (0 on Windows): above 1 others may disturb. */
  readonly load: number;
  readonly node: string;
  readonly tfjs: string;
  /** With its adapter; null where all ran in Node. */
  readonly browser: string | null;
  /** Null where PyTorch did not run. */
  readonly torch: string | null;
}

/** Call it before the measurements: they make load themselves. */
export function describeMachine({
  torch = null,
  browser = null,
}: Partial<Pick<Machine, 'torch' | 'browser'>> = {}): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: availableParallelism(),
    load: loadavg()[0] ?? 0,
    node: process.versions.node,
    tfjs: tf.version_core,
    browser,
    torch,
  };
}
