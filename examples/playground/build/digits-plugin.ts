import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { DIGITS_FILE } from '../src/data/format';
import { chooseDigits } from './choose-digits';

const make = (): Uint8Array => gzipSync(chooseDigits(), { level: 9 });

/** Puts the file of digits beside the page, and serves it while developing. */
export function digits(): Plugin {
  return {
    name: 'digits',
    configureServer(server) {
      server.middlewares.use(`/${DIGITS_FILE}`, (_request, response) => {
        response.setHeader('Content-Type', 'application/octet-stream');
        response.end(make());
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: DIGITS_FILE, source: make() });
    },
  };
}
