import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../paths';
import type { Snippet } from './extract';

/** Inside docs, so that imports find what docs/package.json has. */
export const PROGRAMS = join(ROOT, 'docs', '.snippets');
const SETUPS = join(ROOT, 'docs', 'setups');

/** Snippets that make one program, and the file it was written to. */
export interface Program {
  readonly path: string;
  readonly snippets: readonly Snippet[];
  /** Line of the program on which each of its snippets begins, from 0. */
  readonly starts: readonly number[];
  /** Where it runs. */
  readonly runs: 'in Node' | 'in Chromium' | 'nowhere';
}

/** Snippets that continue others follow them in one list. */
function chains(snippets: readonly Snippet[]): Snippet[][] {
  const all: Snippet[][] = [];
  for (const snippet of snippets) {
    const last = all.at(-1);
    if (!snippet.continues) all.push([snippet]);
    else if (last?.[0]?.file === snippet.file) last.push(snippet);
    else throw new Error(`${snippet.file}:${snippet.line}: there is no snippet to continue.`);
  }
  return all;
}

function parse(code: string): ts.SourceFile {
  return ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true);
}

/** Every identifier of a text, and those that its top level declares. */
function names(code: string): { used: Set<string>; declared: Set<string> } {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      used.add(node.text);
      const { parent } = node;
      const declares =
        (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent)) && parent.name === node;
      if (declares || ts.isImportSpecifier(parent) || ts.isNamespaceImport(parent)) {
        declared.add(node.text);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(code));
  return { used, declared };
}

/** Names that `export const a`, `export const { a, b }` and `export { a } from` give. */
function exportedNames(setup: string): string[] {
  const source = parse(readFileSync(join(SETUPS, `${setup}.ts`), 'utf8'));
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      if (clause === undefined) return exportedNames(moduleName(statement));
      if (ts.isNamespaceExport(clause)) return [clause.name.text];
      return clause.elements.map((element) => element.name.text);
    }
    if (!ts.isVariableStatement(statement) || !statement.modifiers?.length) return [];
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name)
        ? [name.text]
        : name.elements.flatMap((e) =>
            ts.isBindingElement(e) && ts.isIdentifier(e.name) ? [e.name.text] : [],
          ),
    );
  });
}

const moduleName = ({ moduleSpecifier }: ts.ExportDeclaration): string =>
  moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
    ? moduleSpecifier.text.replace('./', '')
    : '';

function programText(chain: readonly Snippet[]): { text: string; starts: number[] } {
  const code = chain.map((snippet) => snippet.code).join('\n');
  const setup = chain[0]?.setup;
  const { used, declared } = names(code);
  const lines: string[] = [];
  if (setup !== undefined) {
    const taken = exportedNames(setup).filter((name) => used.has(name) && !declared.has(name));
    lines.push(`import { ${taken.join(', ')} } from '../setups/${setup}';`);
  }
  const starts: number[] = [];
  for (const snippet of chain) {
    starts.push(lines.length);
    lines.push(...snippet.code.split('\n'));
  }
  return { text: `${lines.join('\n')}\nexport {};\n`, starts };
}

function whereRuns(chain: readonly Snippet[]): Program['runs'] {
  if (chain.some(({ typesOnly }) => typesOnly !== undefined)) return 'nowhere';
  return chain.some(({ browser }) => browser) ? 'in Chromium' : 'in Node';
}

/** Writes a program for each chain of snippets. */
export function writePrograms(snippets: readonly Snippet[]): Program[] {
  rmSync(PROGRAMS, { recursive: true, force: true });
  mkdirSync(PROGRAMS, { recursive: true });
  return chains(snippets).map((chain) => {
    const { file = '', line = 0 } = chain[0] ?? {};
    const path = join(PROGRAMS, `${file.replace(/\W+/g, '-')}-${line}.ts`);
    const { text, starts } = programText(chain);
    writeFileSync(path, text);
    return { path, snippets: chain, starts, runs: whereRuns(chain) };
  });
}

/** Where in the Markdown a line of a program, from 0, stands: `docs/labels.md:12`. */
export function placeOf({ snippets, starts }: Program, line: number): string {
  const index = Math.max(starts.filter((start) => start <= line).length - 1, 0);
  const snippet = snippets[index];
  return `${snippet?.file}:${(snippet?.line ?? 0) + Math.max(line - (starts[index] ?? 0), 0)}`;
}
