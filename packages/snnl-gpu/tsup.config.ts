import { defineConfig } from 'tsup';
import { libraryBuilds, scriptBuild, TFJS_GLOBALS } from '../../tsup.shared';

export default defineConfig([
  ...libraryBuilds(
    { './webgl': 'src/webgl/index.ts', './webgpu': 'src/webgpu/index.ts' },
    { tsconfig: 'tsconfig.build.json' },
  ),
  scriptBuild({
    globalName: 'snnlGpu',
    globals: { ...TFJS_GLOBALS, 'snnl-layer': 'snnlLayer' },
    // The kernels of tfjs-node, which is never there in a page.
    without: /^(node:|\.\/node)/,
  }),
]);
