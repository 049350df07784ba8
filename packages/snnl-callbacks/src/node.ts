export { csv } from './node/csv';
export { jsonl } from './node/jsonl';
export type { LineFileOptions } from './node/line-file';
export { tensorBoard } from './node/tensor-board';
