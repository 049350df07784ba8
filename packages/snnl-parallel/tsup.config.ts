import { defineConfig, type Options } from 'tsup';
import { libraryBuilds } from '../../tsup.shared';

/** It runs in Node alone. */
const node: Options = { tsconfig: 'tsconfig.build.json', platform: 'node' };

/** The same entries once for each module system, as CommonJS has another way to its own place. */
const [library = {}] = libraryBuilds({}, node);

export default defineConfig([
  { ...library, format: 'esm' },
  {
    ...library,
    format: 'cjs',
    // tsup's own shim does not escape the characters # and % of a path.
    banner: {
      js: "'use strict'; const importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
    },
    define: { 'import.meta.url': 'importMetaUrl' },
  },
  {
    ...node,
    entry: { cli: 'src/cli.ts' },
    format: 'esm',
    target: 'es2022',
    removeNodeProtocol: false,
  },
]);
