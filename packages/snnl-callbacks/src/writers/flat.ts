import type { LogRecord } from './writer';

/** A record as one row: when, then all values of the logs under their keys. */
export function flat({ time, epoch, step, logs }: LogRecord): Record<string, string | number> {
  return { time: new Date(time).toISOString(), epoch, step, ...logs };
}
