/** Budgets of what a page downloads, minified and compressed; checked by scripts/packages/check.mjs. */

/** As a page's bundler sees the build: without the paths of our own tsconfig.json files. */
const asUsers = (config) => ({ ...config, tsconfigRaw: {} });

const budgets = [
  {
    name: 'snnl-layer',
    path: 'packages/snnl-layer/dist/index.js',
    limit: '56 kB',
    ignore: ['@tensorflow/*'],
  },
  {
    name: 'snnl-layer.min.js',
    path: 'packages/snnl-layer/dist/snnl-layer.min.js',
    limit: '58 kB',
  },
  {
    name: 'snnl-callbacks',
    path: 'packages/snnl-callbacks/dist/index.js',
    limit: '9 kB',
    ignore: ['@tensorflow/*', 'snnl-layer'],
  },
  {
    name: 'snnl-callbacks/report',
    path: 'packages/snnl-callbacks/dist/report.js',
    limit: '300 kB',
    ignore: ['@tensorflow/*', 'snnl-layer'],
  },
  {
    name: 'snnl-callbacks.min.js',
    path: 'packages/snnl-callbacks/dist/snnl-callbacks.min.js',
    limit: '9 kB',
  },
  {
    name: 'snnl-gpu',
    path: 'packages/snnl-gpu/dist/index.js',
    limit: '26 kB',
    ignore: ['@tensorflow/*', 'snnl-layer'],
  },
  {
    name: 'snnl-gpu.min.js',
    path: 'packages/snnl-gpu/dist/snnl-gpu.min.js',
    limit: '26 kB',
  },
];

export default budgets.map((budget) => ({ ...budget, gzip: true, modifyEsbuildConfig: asUsers }));
