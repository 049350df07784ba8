export * from './arbitraries.js';
export * from './fixtures.js';
export * from './float32.js';
export * from './oracle.js';
export * from './problems.js';
export * from './random.js';
