import { defineConfig } from 'tsup';
import { libraryBuilds, scriptBuild, TFJS_GLOBALS } from '../../tsup.shared';

export default defineConfig([
  ...libraryBuilds({}, { tsconfig: 'tsconfig.build.json' }),
  scriptBuild({
    globalName: 'snnlCallbacks',
    globals: { ...TFJS_GLOBALS, 'snnl-layer': 'snnlLayer' },
  }),
]);
