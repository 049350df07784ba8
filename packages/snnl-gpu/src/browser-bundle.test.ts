import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '@snnl/browser-testing';
import { afterAll, expect, test } from 'vitest';

const source = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(source, '..', 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a bundle for browsers holds nothing that needs Node', async () => {
  const page = join(folder, 'index.html');
  const index = JSON.stringify(join(source, 'index.ts'));
  writeFileSync(
    page,
    `<script type="module">import { register } from ${index}; register();</script>`,
  );
  const output = join(folder, 'out');
  await bundle(page, output);
  const scripts = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  );
  const code = scripts.map((file) => readFileSync(join(output, file), 'utf8')).join('\n');
  expect(code).toContain('need Node');
  expect(code).not.toMatch(/node:|createRequire|browser-external/);
});
