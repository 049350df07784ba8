export { type ConnectOptions, connect } from './connect';
export type { Engine, ParallelGroup } from './group';
export { type ParallelizeOptions, parallelize } from './parallelize';
export { loadTogether, saveTogether } from './save';
export { type DatasetLike, type Shardable, type ShardOptions, shard } from './shard';
export { type GivenCallbacks, type InstanceCallbacks, together } from './together';
