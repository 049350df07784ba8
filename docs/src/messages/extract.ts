import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../paths';

/** Stands for what a message says about the case at hand. */
export const HOLE = '…';

/** A text that a user may see, with {@link HOLE} where it depends on the case. */
export interface Message {
  readonly text: string;
  /** `packages/snnl-layer/src/loss/loss.ts:114` */
  readonly place: string;
}

const PACKAGES = ['snnl-layer', 'snnl-callbacks', 'snnl-gpu'];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testing' ? [] : sources(path);
    const isTest = /(^testing|\.(test|generated|d))\.ts$/.test(entry.name);
    const isSource = entry.name.endsWith('.ts') && !isTest;
    return isSource ? [path] : [];
  });
}

/** The texts that an expression may give; constants of the same file are looked up. */
function texts(node: ts.Expression, constants: ReadonlyMap<string, ts.Expression>): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return texts(node.expression, constants);
  if (ts.isConditionalExpression(node)) {
    return [node.whenTrue, node.whenFalse].flatMap((branch) => texts(branch, constants));
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const right = texts(node.right, constants);
    return texts(node.left, constants).flatMap((a) => right.map((b) => a + b));
  }
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce(
      (starts, { expression, literal }) => {
        const middles = texts(expression, constants);
        return starts.flatMap((start) => middles.map((middle) => start + middle + literal.text));
      },
      [node.head.text],
    );
  }
  const constant = ts.isIdentifier(node) ? constants.get(node.text) : undefined;
  return constant === undefined ? [HOLE] : texts(constant, constants);
}

/** Constants and variables of a file that hold a text, by name. */
function constantsOf(file: ts.SourceFile): Map<string, ts.Expression> {
  const found = new Map<string, ts.Expression>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const { initializer } = node;
      const holdsText =
        ts.isStringLiteralLike(initializer) ||
        ts.isConditionalExpression(initializer) ||
        (ts.isBinaryExpression(initializer) && /^['"`]/.test(initializer.getText(file)));
      if (holdsText) found.set(node.name.text, initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Functions of a file that are given a reason or message in words: which argument it is. */
function speakersOf(file: ts.SourceFile): Map<string, number> {
  const found = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) || ts.isArrowFunction(node)) {
      const named = ts.isVariableDeclaration(node.parent) ? node.parent : node;
      const index = node.parameters.findIndex((p) =>
        /^(reason|message)$/.test(p.name.getText(file)),
      );
      if (index >= 0 && named.name) found.set(named.name.getText(file), index);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** A function that returns what is wrong, in words, or nothing. */
const isComplaint = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) && node.type?.getText() === 'string | undefined';

/** What is said where: by a new error, a warning, a `reason`, or a function that finds one. */
function saidBy(node: ts.Node, speakers: ReadonlyMap<string, number>): ts.Expression | undefined {
  if (ts.isNewExpression(node) && /Error$/.test(node.expression.getText())) {
    return node.arguments?.[0];
  }
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    const isWarning = /(^console\.(warn|error)|\.warn|^warn)$/.test(callee);
    return node.arguments[isWarning ? 0 : (speakers.get(callee) ?? -1)];
  }
  if (ts.isReturnStatement(node)) {
    const within = ts.findAncestor(node, ts.isFunctionLike);
    return within && isComplaint(within) ? node.expression : undefined;
  }
  const isReason = ts.isPropertyAssignment(node) && node.name.getText() === 'reason';
  return isReason ? node.initializer : undefined;
}

/** The messages of one source text. */
export function messagesIn(code: string, name: string): Message[] {
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true);
  const constants = constantsOf(file);
  const speakers = speakersOf(file);
  const found: Message[] = [];
  const visit = (node: ts.Node): void => {
    const said = saidBy(node, speakers);
    if (said !== undefined) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      for (const text of texts(said, constants)) {
        found.push({ text: tidy(text), place: `${name}:${line + 1}` });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  // A text of nothing but holes passes on what another place says.
  return found.filter(({ text }) => /[a-z]/.test(text));
}

export const tidy = (text: string): string => text.replace(/\s+/g, ' ').replace(/…+/g, HOLE).trim();

/** Every message that the three packages throw, warn with, or give as a reason. */
export function allMessages(): Message[] {
  return PACKAGES.flatMap((name) =>
    sources(join(ROOT, 'packages', name, 'src')).flatMap((path) =>
      messagesIn(readFileSync(path, 'utf8'), path.slice(ROOT.length)),
    ),
  );
}
