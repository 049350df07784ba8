import type { UnresolvedLogs } from './cooperative-callback';

/**
 * Reads the scalars in `logs` and puts their numbers in their place, as the callbacks of tfjs do;
 * the scalars are freed.
 *
 * @returns The same values as an object of its own.
 */
export async function resolveLogs(logs: UnresolvedLogs): Promise<Record<string, number>> {
  const scalars = Object.entries(logs).flatMap(([key, value]) =>
    typeof value === 'number' ? [] : [{ key, value }],
  );
  const values = await Promise.all(scalars.map(({ value }) => value.data()));
  scalars.forEach(({ key, value }, i) => {
    logs[key] = values[i]?.[0] ?? Number.NaN;
    value.dispose();
  });
  return Object.fromEntries(Object.entries(logs).map(([key, value]) => [key, Number(value)]));
}
