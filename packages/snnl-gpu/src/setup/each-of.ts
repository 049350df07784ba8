import { availableParallelism } from 'node:os';

/** Runs `action` on all items, as many at a time as there are cores. */
export async function eachOf<T>(
  items: readonly T[],
  action: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) await action(item, index);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
