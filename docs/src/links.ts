import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseHTML } from 'linkedom';
import { ROOT, SITE } from './paths';

const isElsewhere = (link: string): boolean => /^(https?:|mailto:|data:|javascript:)/.test(link);

function htmlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return htmlFiles(path);
    return entry.name.endsWith('.html') ? [path] : [];
  });
}

/** What a page links to, and the anchors that it has. */
function readPage(path: string): { links: string[]; anchors: Set<string> } {
  const { document } = parseHTML(readFileSync(path, 'utf8'));
  const elements = Array.from(document.querySelectorAll('[href], [src]'));
  const links = elements.map((e) => e.getAttribute('href') ?? e.getAttribute('src') ?? '');
  const named = Array.from(document.querySelectorAll('[id], a[name]'));
  const anchors = named.map((e) => e.getAttribute('id') ?? e.getAttribute('name') ?? '');
  return { links, anchors: new Set(anchors) };
}

/** Links of the built site that lead to no file or to no place in it; how many were followed. */
export function siteLinks(): { followed: number; failures: string[] } {
  const pages = new Map(htmlFiles(SITE).map((path) => [path, readPage(path)]));
  let followed = 0;
  const failures: string[] = [];
  for (const [path, { links }] of pages) {
    for (const link of links.filter((text) => text !== '' && !isElsewhere(text))) {
      followed += 1;
      const [file = '', anchor = ''] = link.split('#').map(decodeURIComponent);
      const target = file === '' ? path : resolve(dirname(path), file);
      const isThere = existsSync(target) && statSync(target).isFile();
      const hasAnchor = anchor === '' || (pages.get(target)?.anchors.has(anchor) ?? true);
      if (!isThere || !hasAnchor) failures.push(`${relative(SITE, path)}: no ${link}`);
    }
  }
  return { followed, failures };
}

/** As GitHub makes an anchor of a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[`*]/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

function anchorsOf(markdown: string): Set<string> {
  return new Set(Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => slug(heading)));
}

/** Links in Markdown files that lead to nothing in the repository, as a reader there sees them. */
export function markdownLinks(files: readonly string[]): { followed: number; failures: string[] } {
  let followed = 0;
  const failures: string[] = [];
  for (const file of files) {
    const markdown = readFileSync(join(ROOT, file), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
    for (const [, link = ''] of markdown.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (isElsewhere(link)) continue;
      followed += 1;
      const [path = '', anchor = ''] = link.split('#');
      const target = path === '' ? join(ROOT, file) : resolve(ROOT, dirname(file), path);
      const hasAnchor =
        anchor === '' ||
        (target.endsWith('.md') &&
          existsSync(target) &&
          anchorsOf(readFileSync(target, 'utf8')).has(anchor));
      if (!existsSync(target) || !hasAnchor) failures.push(`${file}: no ${link}`);
    }
  }
  return { followed, failures };
}
