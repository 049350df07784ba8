import { fileURLToPath } from 'node:url';

const source = (path: string): string =>
  fileURLToPath(new URL(`../../../packages/${path}/src/index.ts`, import.meta.url));

/** The packages' sources, so that tests need no build first; the page itself uses what is built. */
export const SOURCES = {
  'snnl-callbacks': source('snnl-callbacks'),
  'snnl-gpu': source('snnl-gpu'),
  'snnl-layer': source('snnl-layer'),
};
