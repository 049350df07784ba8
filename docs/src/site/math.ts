import { cpSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tex } from '@mdit/plugin-tex';
import katex from 'katex';

const DIST = dirname(createRequire(import.meta.url).resolve('katex/dist/katex.min.css'));

/** Renders `$...$` and `$$...$$` while the site is built: no script runs in the reader's browser. */
export function addMath(parser: Parameters<typeof tex>[0]): void {
  parser.use(tex, {
    render(source: string, displayMode: boolean) {
      const html = katex.renderToString(source, { displayMode, throwOnError: true });
      return displayMode ? `<div class="equation">${html}</div>` : html;
    },
  });
}

/** Puts the style sheet and the fonts of the equations beside the site's own style sheet. */
export function copyMathStyle(assets: string): void {
  cpSync(join(DIST, 'katex.min.css'), join(assets, 'katex', 'katex.min.css'));
  const fonts = readdirSync(join(DIST, 'fonts')).filter((name) => name.endsWith('.woff2'));
  for (const name of fonts) {
    cpSync(join(DIST, 'fonts', name), join(assets, 'katex', 'fonts', name));
  }
}
