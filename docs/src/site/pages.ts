/** The guides, in the order of the site's navigation. */
export const GUIDES = [
  'getting-started',
  'labels',
  'factor-and-temperature',
  'annealing',
  'existing-models',
  'reading-entanglement',
  'backends',
  'performance',
  'math',
  'adding-a-backend',
  'from-pytorch',
  'from-keras',
  'tfjs-traps',
  'troubleshooting',
].map((name) => `docs/${name}.md`);

/** Title of the guide whose equations the code cites. */
export const MATHEMATICS = 'The mathematics';

/** READMEs that are pages of the site too, with their titles. */
export const READMES: Readonly<Record<string, string>> = {
  'packages/snnl-layer/README.md': 'snnl-layer: overview',
  'packages/snnl-callbacks/README.md': 'snnl-callbacks: overview',
  'packages/snnl-gpu/README.md': 'snnl-gpu: overview',
  'packages/snnl-parallel/README.md': 'snnl-parallel: overview',
  'examples/digits/README.md': 'Example: the demo',
  'examples/playground/README.md': 'Example: the playground',
  'examples/callbacks/README.md': 'Example: every callback',
  'bench/README.md': 'Benchmarks',
  'CONTRIBUTING.md': 'Contributing',
};

/** Every Markdown file whose snippets, links and tables are checked. */
export const MARKDOWN: readonly string[] = [
  'README.md',
  ...GUIDES,
  ...Object.keys(READMES),
  'packages/reference/README.md',
];

/** What users import, by source file: the names of the reference pages. */
export const ENTRY_POINTS: Readonly<Record<string, string>> = {
  'packages/snnl-layer/src/index.ts': 'snnl-layer',
  'packages/snnl-callbacks/src/index.ts': 'snnl-callbacks',
  'packages/snnl-callbacks/src/node.ts': 'snnl-callbacks/node',
  'packages/snnl-callbacks/src/report.ts': 'snnl-callbacks/report',
  'packages/snnl-gpu/src/index.ts': 'snnl-gpu',
  'packages/snnl-gpu/src/register.ts': 'snnl-gpu/register',
  'packages/snnl-gpu/src/node.ts': 'snnl-gpu/node',
  'packages/snnl-gpu/src/webgl/register.ts': 'snnl-gpu/webgl',
  'packages/snnl-gpu/src/webgpu/register.ts': 'snnl-gpu/webgpu',
  'packages/snnl-parallel/src/index.ts': 'snnl-parallel',
};
