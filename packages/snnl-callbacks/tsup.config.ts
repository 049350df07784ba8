import { defineConfig, type Options } from 'tsup';

const common: Options = {
  dts: true,
  sourcemap: true,
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  platform: 'neutral',
  removeNodeProtocol: false,
  external: [/^node:/],
};

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts', node: 'src/node.ts', report: 'src/report.ts' },
    format: 'esm',
  },
  // Not the report: it is made of libraries that exist as ES modules only.
  { ...common, entry: { index: 'src/index.ts', node: 'src/node.ts' }, format: 'cjs' },
]);
