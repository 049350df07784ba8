import { availableParallelism, cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';

/** Where the numbers come from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly tfjs: string;
  /** Null where PyTorch did not run. */
  readonly torch: string | null;
}

export function describeMachine(torch: string | null): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: availableParallelism(),
    node: process.versions.node,
    tfjs: tf.version_core,
    torch,
  };
}
