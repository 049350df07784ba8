import { defineConfig } from 'tsup';

const shared = {
  sourcemap: true,
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  removeNodeProtocol: false,
} as const;

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      register: 'src/register.ts',
      webgl: 'src/webgl/index.ts',
      webgpu: 'src/webgpu/index.ts',
    },
    format: ['esm', 'cjs'],
    dts: true,
    platform: 'neutral',
    external: [/^node:/, '#tensorflow'],
  },
  {
    ...shared,
    entry: { node: 'src/node.ts' },
    format: ['esm', 'cjs'],
    dts: true,
    platform: 'node',
    // import.meta.url in CommonJS.
    shims: true,
  },
  {
    ...shared,
    entry: { cli: 'src/cli/main.ts' },
    format: 'esm',
    platform: 'node',
  },
]);
