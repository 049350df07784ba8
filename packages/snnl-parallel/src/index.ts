export { type ConnectOptions, connect } from './connect';
export type { Engine, ParallelGroup } from './group';
