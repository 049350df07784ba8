import { defineConfig } from 'tsup';
import { libraryBuilds, scriptBuild, TFJS_GLOBALS } from '../../tsup.shared';

export default defineConfig([
  ...libraryBuilds(),
  scriptBuild({ globalName: 'snnlLayer', globals: TFJS_GLOBALS }),
]);
