import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { licenceNotices } from '../tsup.shared';

const layer = fileURLToPath(new URL('../packages/snnl-layer/', import.meta.url));

/** A minified bundle of one line of code in the package snnl-layer. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: layer },
    ...{ bundle: true, minify: true, write: false, plugins: [licenceNotices()] },
    outfile: 'bundle.js',
  });
  return outputFiles[0].text;
}

test('a bundle has the licence of the package that is in it, whole and once', async () => {
  const code = await bundle(`
    import { uniformInt } from 'pure-rand/distribution/uniformInt';
    import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
    console.log(uniformInt(xoroshiro128plus(1), 0, 9));`);
  const licence = readFileSync(`${layer}node_modules/pure-rand/LICENSE`, 'utf8').trim();
  expect(licence).toContain('Permission is hereby granted');
  expect(code.split(licence)).toHaveLength(2);
  expect(code).toMatch(/\/\*! pure-rand \d+\.\d+\.\d+\n/);
});

test('a bundle of our own code has none', async () => {
  expect(await bundle('console.log(1 + 1);')).toBe('(()=>{console.log(2);})();\n');
});
