export { type Binary, loadBinary } from './node/binary';
export { registerTensorflow } from './node/register';
