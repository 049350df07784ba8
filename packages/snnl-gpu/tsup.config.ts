import { defineConfig, type Options } from 'tsup';
import { libraryBuilds, scriptBuild, TFJS_GLOBALS } from '../../tsup.shared';

const shared: Options = { tsconfig: 'tsconfig.build.json' };

/** Entries that use Node, hence not built for pages too. */
const node: Options = { ...shared, platform: 'node', removeNodeProtocol: false, target: 'es2022' };

const nodeEntry: Options = { entry: { node: 'src/node.ts' }, dts: true, sourcemap: true };

export default defineConfig([
  ...libraryBuilds(
    { './webgl': 'src/webgl/register.ts', './webgpu': 'src/webgpu/register.ts', './node': null },
    // Resolved by package.json ("imports") where the package is used.
    { ...shared, external: [/^node:/, '#tensorflow'] },
  ),
  { ...node, ...nodeEntry, format: 'esm' },
  {
    ...node,
    ...nodeEntry,
    format: 'cjs',
    // tsup's own shim takes a page's address where there is a document, as under jsdom, and does not
    // escape the characters # and % of a path.
    banner: {
      js: "'use strict'; const importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
    },
    define: { 'import.meta.url': 'importMetaUrl' },
  },
  { ...node, entry: { cli: 'src/cli/main.ts' }, format: 'esm' },
  scriptBuild({
    globalName: 'snnlGpu',
    globals: { ...TFJS_GLOBALS, 'snnl-layer': 'snnlLayer' },
    // The kernels of tfjs-node, which is never there in a page.
    without: /^(node:|\.\/node)/,
  }),
]);
