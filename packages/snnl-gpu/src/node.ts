export { type Binary, type LoadedBinary, loadBinary } from './node/binary';
export { registerTensorflow } from './node/register';
