import { expect, it } from 'vitest';
import { parseSnippets } from './extract';

const page = `# Title

<!-- snippet: setup digits -->
\`\`\`ts
const a = 1;
\`\`\`

\`\`\`sh
npm test
\`\`\`

<!-- snippet: continues -->
\`\`\`ts
a;
b;
\`\`\`

<!-- snippet: types only, needs a graphics card -->
Text between takes the comment away.

\`\`\`js
c;
\`\`\`
`;

it('finds the TypeScript of a page, where it is, and what it asks for', () => {
  expect(parseSnippets(page, 'page.md')).toEqual([
    { file: 'page.md', line: 5, code: 'const a = 1;', setup: 'digits' },
    { file: 'page.md', line: 14, code: 'a;\nb;', continues: true },
    { file: 'page.md', line: 22, code: 'c;' },
  ]);
});

it('refuses a comment that it does not know', () => {
  const typo = '<!-- snippet: setpu digits -->\n```ts\n```\n';
  expect(() => parseSnippets(typo, 'page.md')).toThrow(
    /page\.md:1: expected .* got 'setpu digits'/,
  );
});

it('refuses a block without an end', () => {
  expect(() => parseSnippets('```ts\nlet a;\n', 'page.md')).toThrow(/page\.md:1: .* no end/);
});
