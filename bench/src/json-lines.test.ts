import { expect, test } from 'vitest';
import { JsonLines } from './json-lines';

const node = (code: string) => new JsonLines(process.execPath, ['--input-type=module', '-e', code]);

test('answers come in the order of the questions', async () => {
  const child = node(`
    import { createInterface } from 'node:readline';
    for await (const line of createInterface({ input: process.stdin }))
      console.log(JSON.stringify({ twice: 2 * JSON.parse(line).number }));`);
  expect(await child.ask({ number: 2 })).toEqual({ twice: 4 });
  expect(await child.ask({ number: 5 })).toEqual({ twice: 10 });
  await child.close();
});

test('a process that ends instead of answering is an error', async () => {
  const child = node('process.exit(3)');
  await expect(child.ask({ number: 1 })).rejects.toThrow(/gave no answer: see its message above/);
  await child.close();
});

test('a command that does not exist is an error', async () => {
  const child = new JsonLines('/no/such/python', []);
  await expect(child.ask({ number: 1 })).rejects.toThrow(/gave no answer: .*ENOENT/);
});
