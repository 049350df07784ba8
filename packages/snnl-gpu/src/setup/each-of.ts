import { availableParallelism } from 'node:os';

/**
 * Runs `action` on all items, as many at a time as there are cores. After a failure no other item is
 * begun; those under way are waited for, and then the first failure is thrown.
 */
export async function eachOf<T>(
  items: readonly T[],
  action: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      await action(item, index).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (failures.length > 0) throw failures[0];
}
