export { csv, jsonl, type LineFileOptions } from './node/line-files';
export { modelFolder } from './node/model-folder';
export { tensorBoard } from './node/tensor-board';
