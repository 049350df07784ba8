import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    register: 'src/register.ts',
    webgl: 'src/webgl/index.ts',
    webgpu: 'src/webgpu/index.ts',
  },
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  platform: 'neutral',
  removeNodeProtocol: false,
  external: [/^node:/],
});
