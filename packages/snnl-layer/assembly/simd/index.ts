export { weigh } from './grad';
export { pack, totals, unpackGradient } from './pack';
export { addProduct, addTransposedProduct, between, distances, findExtremes, largest, leastDistance } from './product';
export { mergeSums, sums } from './sums';
export { addSparseProducts, nonzeros } from './sparse';
export { unitRow, unitRowGrad } from './unit-rows';
