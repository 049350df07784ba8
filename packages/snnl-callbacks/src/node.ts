export { csv, jsonl, type LineFileOptions } from './node/line-files';
export { tensorBoard } from './node/tensor-board';
