import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths';
import { HOLE, type Message, tidy } from './extract';

const FOLDER = 'packages/snnl-gpu/native';
/** Tests, benchmarks and the emulator of the CUDA kernels speak to developers. */
const INNER = /^(test|bench|emulator)$/;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return INNER.test(entry.name) ? [] : sources(path);
    return entry.name.endsWith('.cc') ? [path] : [];
  });
}

/** Where a text that a user may see begins: what a function returns, gets as a status, or sets. */
const SAID =
  /\breturn\s+(?:std::string\()?(?=")|(?:TF_SetStatus|status\.set)\([^"]*(?=")|\bmissing = (?:std::string\()?(?=")/g;

/** The texts that C++ code gives its callers in four words or more, with holes for values. */
export function nativeMessagesIn(code: string, name: string): Message[] {
  return Array.from(code.matchAll(SAID)).flatMap(({ index, 0: lead }) => {
    const end = /;\n/g;
    end.lastIndex = index;
    const said = code.slice(index + lead.length, end.exec(code)?.index);
    const parts = Array.from(said.matchAll(/"((?:[^"\\]|\\.)*)"([^"]*)/g));
    const text = parts.map(([, part, after]) => part + (/[^\s);]/.test(after ?? '') ? HOLE : ''));
    const message = { text: tidy(text.join('')), place: `${name}:${lineOf(code, index)}` };
    return message.text.split(' ').length >= 4 ? [message] : [];
  });
}

const lineOf = (code: string, index: number): number => code.slice(0, index).split('\n').length;

/** Every message of the native addon. */
export const nativeMessages = (): Message[] =>
  sources(join(ROOT, FOLDER)).flatMap((path) =>
    nativeMessagesIn(readFileSync(path, 'utf8'), path.slice(ROOT.length)),
  );
