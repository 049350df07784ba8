/** `npm run docs`: checks the documentation, and builds the site from it. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { markdownLinks, siteLinks } from './links';
import { ROOT, SITE } from './paths';
import { buildSite } from './site/build';
import { coverage } from './site/coverage';
import { MARKDOWN } from './site/pages';
import { runInChromium } from './snippets/chromium';
import { readSnippets } from './snippets/extract';
import { type Program, writePrograms } from './snippets/programs';
import { runPrograms } from './snippets/run';
import { typeErrors } from './snippets/types';
import { renderTables } from './tables';

const failures: string[] = [];

/** Prints what a check found; it fails where `found` has entries. */
function check(name: string, found: readonly string[]): void {
  console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  for (const failure of found) console.log(`       ${failure}`);
  failures.push(...found);
}

function tables(): void {
  const stale = MARKDOWN.filter((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return renderTables(text, file) !== text;
  });
  check(
    'tables show what docs/results has',
    stale.map((file) => `${file} is stale: run npm run docs:tables`),
  );
}

async function snippets(): Promise<void> {
  const programs = writePrograms(readSnippets(MARKDOWN));
  const running = (where: Program['runs']) => programs.filter(({ runs }) => runs === where);
  const count = (list: typeof programs): number =>
    list.reduce((sum, program) => sum + program.snippets.length, 0);
  check(`${count(programs)} snippets are type-checked`, typeErrors(programs));
  const [inNode, inChromium] = [running('in Node'), running('in Chromium')];
  check(`${count(inNode)} of them run in Node`, await runPrograms(inNode));
  check(`${count(inChromium)} of them run in Chromium`, await runInChromium(inChromium));
  for (const { snippets: parts } of running('nowhere')) {
    const [{ file, line, typesOnly } = { file: '', line: 0 }] = parts;
    console.log(`       not run: ${file}:${line}, ${typesOnly}`);
  }
}

async function site(): Promise<void> {
  try {
    const { exports, members } = coverage(await buildSite());
    const share = (part: { documented: number; all: number }): string =>
      `${part.documented} of ${part.all} (${Math.floor((100 * part.documented) / part.all)} %)`;
    check(`${share(exports)} exports are described; of their members ${share(members)}`, []);
  } catch (error) {
    check('the site is built', [error instanceof Error ? error.message : String(error)]);
    return;
  }
  const inSite = siteLinks();
  check(`${inSite.followed} links of the site lead somewhere`, inSite.failures);
}

tables();
const inMarkdown = markdownLinks(MARKDOWN);
check(`${inMarkdown.followed} links of the Markdown files lead somewhere`, inMarkdown.failures);
await snippets();
await site();
if (failures.length === 0) console.log(`The site is ${relative(ROOT, join(SITE, 'index.html'))}.`);
process.exit(failures.length === 0 ? 0 : 1);
