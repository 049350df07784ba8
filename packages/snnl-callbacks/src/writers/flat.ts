import type { LogRecord } from './writer';

/**
 * A record as one row: when, then all values of the logs under their keys. A value that the logs have
 * under the name of one of the first three is found as `logs.time` and so on.
 */
export function flat({ time, epoch, step, logs }: LogRecord): Record<string, string | number> {
  const when = { time: new Date(time).toISOString(), epoch, step };
  const values = Object.entries(logs).map(([key, value]) => [
    Object.hasOwn(when, key) ? `logs.${key}` : key,
    value,
  ]);
  return { ...when, ...Object.fromEntries(values) };
}
