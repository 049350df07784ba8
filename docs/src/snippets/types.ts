import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../paths';
import { type Program, placeOf } from './programs';

function compilerOptions(): ts.CompilerOptions {
  const path = join(ROOT, 'tsconfig.base.json');
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'docs')).options;
}

/** What the compiler says about the programs, at the place of the Markdown that it is about. */
export function typeErrors(programs: readonly Program[]): string[] {
  const byPath = new Map(programs.map((program) => [program.path, program]));
  const compiled = ts.createProgram([...byPath.keys()], compilerOptions());
  return ts.getPreEmitDiagnostics(compiled).map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    const program = byPath.get(file?.fileName ?? '');
    if (file === undefined || program === undefined) return `${file?.fileName ?? ''}: ${message}`;
    return `${placeOf(program, file.getLineAndCharacterOfPosition(start).line)}: ${message}`;
  });
}
