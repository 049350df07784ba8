export { weigh } from './grad';
export { pack, totals, unpackGradient } from './pack';
export { addProduct, addTransposedProduct, between, distances, largest } from './product';
export { mergeSums, sums } from './sums';
export { unitRow, unitRowGrad } from './unit-rows';
