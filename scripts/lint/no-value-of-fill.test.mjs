import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { root } from '../pnpm.mjs';

const plugin = fileURLToPath(new URL('no-value-of-fill.grit', import.meta.url));

/** The lines, each in a file of its own, that the plugin refuses. */
function refused(lines) {
  const folder = mkdtempSync(join(tmpdir(), 'lint-'));
  try {
    writeFileSync(join(folder, 'biome.json'), JSON.stringify({ root: true, plugins: [plugin] }));
    lines.forEach((line, i) => {
      writeFileSync(join(folder, `${i}.ts`), `function f(view, words, tf) { ${line} }\n`);
    });
    const args = ['lint', '--only=plugin', '--max-diagnostics=none'];
    const { stdout, stderr } = spawnSync(`${root}node_modules/.bin/biome`, args, {
      cwd: folder,
      encoding: 'utf8',
    });
    return lines.filter((_, i) => `${stdout}${stderr}`.includes(`${i}.ts:1:`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the linter refuses the value of fill on what may be a view, and nothing else', () => {
  const wrong = [
    'const part = view.subarray(1, 2).fill(0);',
    'view.subarray(1, 2).fill(0)[1] = 3;',
    'view.subarray(1, 2).fill(0).set([1]);',
    'return view.fill(0, 1, 2);',
    'return () => view.fill(0);',
    'words.set(view.fill(0));',
    'return view?.fill(0);',
  ];
  const right = [
    'view.fill(0);',
    'view.fill(0, 1, 2);',
    'return new Float32Array(3).fill(1);',
    'return Array(3).fill(0);',
    'return tf.fill([2], 1);',
  ];
  expect(refused([...wrong, ...right])).toEqual(wrong);
});
