import { expect, test } from 'vitest';
import { run } from './run';

/** A program that started another, which holds its output open. */
const FAMILY = ['-c', 'sleep 60 & echo begun; wait'];

test('a program that takes too long is stopped with all that it started', async () => {
  const { code, output } = await run('sh', FAMILY, { timeout: 300 });
  expect(code).not.toBe(0);
  expect(output).toBe('begun\n\nsh was stopped: it took more than 0.3 seconds.\n');
}, 10_000);

test('an interruption is passed on, and ends what called it', async () => {
  const listeners = process.listenerCount('SIGINT');
  // A shell lets what it starts in the background ignore SIGINT; this one does not.
  const family = 'import subprocess; subprocess.run(["sleep", "60"])';
  const running = run('python3', ['-c', family]);
  setTimeout(() => process.emit('SIGINT'), 500);
  await expect(running).rejects.toThrow('Interrupted while python3 was running.');
  expect(process.listenerCount('SIGINT')).toBe(listeners);
}, 10_000);

test('output and code of a program, and of one that does not exist', async () => {
  expect(await run('sh', ['-c', 'echo out; exit 3'])).toEqual({ code: 3, output: 'out\n' });
  const { code, output } = await run('no-such-program', []);
  expect(code).toBe(127);
  expect(output).toContain('ENOENT');
});
