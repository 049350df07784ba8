import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { eachOf } from './build';

test('after a failure no other item is begun, and those under way are waited for', async () => {
  const cores = availableParallelism();
  const begun: number[] = [];
  const ended: number[] = [];
  const items = Array.from({ length: 3 * cores + 1 }, (_, i) => i);
  const all = eachOf(items, async (item) => {
    begun.push(item);
    await new Promise((resolve) => setTimeout(resolve, item === 0 ? 1 : 50));
    if (item === 0) throw new Error('the first');
    ended.push(item);
  });
  await expect(all).rejects.toThrow('the first');
  expect(begun).toHaveLength(cores);
  expect(ended).toHaveLength(cores - 1);
});

test('all items are done, with their indices', async () => {
  const done: string[] = [];
  await eachOf(['a', 'b', 'c'], async (item, index) => void done.push(`${index}${item}`));
  expect(done.sort()).toEqual(['0a', '1b', '2c']);
});
