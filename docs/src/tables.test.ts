import { expect, it } from 'vitest';
import { renderTables, TABLES } from './tables';

it('replaces what stands between the comments, and nothing else', () => {
  const page = 'before\n<!-- table factors -->\nold\n<!-- end -->\nafter\n';
  const rendered = renderTables(page, 'page.md');
  const table = TABLES.factors?.() ?? '';
  expect(rendered).toBe(`before\n<!-- table factors -->\n\n${table}\n\n<!-- end -->\nafter\n`);
  expect(renderTables(rendered, 'page.md')).toBe(rendered);
});

it('refuses a name without a table', () => {
  expect(() => renderTables('<!-- table nothing -->\n<!-- end -->\n', 'page.md')).toThrow(
    "page.md: there is no table 'nothing'.",
  );
});

it.each(Object.keys(TABLES))('has rows in the table %s', (name) => {
  const [header, rule, first] = TABLES[name]?.().split('\n') ?? [];
  expect(rule).toMatch(/^\|( :?-+:? \|)+$/);
  expect(first?.split('|').length).toBe(header?.split('|').length);
});
