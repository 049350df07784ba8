import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundle, launch, visit } from '@snnl/browser-testing';
import { PROGRAMS, type Program, placeOf } from './programs';

const PAGE = join(PROGRAMS, 'page.html');
const BUNDLE = join(PROGRAMS, 'bundle');
const TIMEOUT_MS = 60_000;

/** By file name, what a program did wrong. */
type PageReport = Readonly<Record<string, string[]>>;

/** A page that runs the programs one after the other. */
function writePage(programs: readonly Program[]): void {
  const imports = programs.map(({ path }) => {
    const name = basename(path, '.ts');
    return `  '${name}': () => import('./${name}'),`;
  });
  writeFileSync(PAGE, '<!doctype html><script type="module" src="./page.ts"></script>\n');
  writeFileSync(
    join(PROGRAMS, 'page.ts'),
    `import { report } from '@snnl/browser-testing/page';

const programs: Record<string, () => Promise<unknown>> = {
${imports.join('\n')}
};

await report(async () => {
  const found: Record<string, string[]> = {};
  for (const [name, run] of Object.entries(programs)) {
    const said: string[] = [];
    console.warn = console.error = (...words: unknown[]) => said.push(words.join(' '));
    await run().catch((error: unknown) => said.push(String(error)));
    found[name] = said;
  }
  return found;
});
`,
  );
}

/** Bundles the programs with Vite, and runs them in Chromium; returns what went wrong. */
export async function runInChromium(programs: readonly Program[]): Promise<string[]> {
  if (programs.length === 0) return [];
  writePage(programs);
  await bundle(PAGE, BUNDLE);
  const browser = await launch();
  try {
    const found = await visit<PageReport>(browser, {
      folders: { '/': BUNDLE },
      path: 'page.html',
      timeout: TIMEOUT_MS,
    });
    return programs.flatMap((program) => {
      const said = found[basename(program.path, '.ts')] ?? ['it did not run'];
      return said.map((text) => `${placeOf(program, 0)}: in Chromium: ${text}`);
    });
  } finally {
    await browser.close();
  }
}
