import { parseArgs } from 'node:util';
import { errorMessage, UserError } from '../errors';
import type { PackageName } from '../tfjs-node/package';
import { ORIGINS } from '../tfjs-node/setup';
import { DEFAULT_WHEEL, defaultCache } from '../tfjs-node/wheel';

export const HELP = `snnl-gpu: native kernels of the soft nearest neighbour loss for tfjs-node

npx snnl-gpu build             compiles the native kernels on this machine
npx snnl-gpu setup-tfjs-node   makes tfjs-node work in this project
npx snnl-gpu doctor            says what works, and computes known values

build:
  --no-cuda       leaves nvcc out; code that it made before is used
setup-tfjs-node and doctor:
  --project DIR   the project that loads tfjs-node (default: this folder)
  --gpu           tfjs-node-gpu in place of tfjs-node
setup-tfjs-node:
  --from ORIGIN   ${ORIGINS.join(', ')} (default auto: the official libtensorflow where its
                  site answers, else from the wheel)
  --wheel SPEC    the wheel, for pip (default ${DEFAULT_WHEEL})
  --cache DIR     where libtensorflow is kept (default ~/.cache/snnl-gpu)
  --force         also where tfjs-node works already
`;

export const COMMANDS = ['build', 'setup-tfjs-node', 'doctor', 'help'] as const;

export interface Options {
  readonly command: (typeof COMMANDS)[number];
  readonly project: string;
  readonly name: PackageName;
  readonly from: (typeof ORIGINS)[number];
  readonly wheel: string;
  readonly cache: string;
  readonly force: boolean;
  readonly cuda: boolean;
}

function oneOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  throw new UserError(`Expected ${what} to be one of ${allowed.join(', ')}; got '${value}'.`);
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        project: { type: 'string', default: process.cwd() },
        gpu: { type: 'boolean', default: false },
        from: { type: 'string', default: 'auto' },
        wheel: { type: 'string', default: DEFAULT_WHEEL },
        cache: { type: 'string', default: defaultCache() },
        force: { type: 'boolean', default: false },
        'no-cuda': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    // Its first sentence: the next one is about arguments that begin with a dash.
    const [problem] = errorMessage(error).split('. ');
    throw new UserError(`${problem}. See npx snnl-gpu help.`);
  }
}

/** Reads the command line, without node and script. @throws UserError */
export function parse(args: readonly string[]): Options {
  const { values, positionals } = read(args);
  const [command = 'help', surplus] = positionals;
  if (surplus !== undefined) throw new UserError(`Expected one command; got also '${surplus}'.`);
  return {
    command: values.help ? 'help' : oneOf('the command', command, COMMANDS),
    project: values.project,
    name: values.gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node',
    from: oneOf('--from', values.from, ORIGINS),
    wheel: values.wheel,
    cache: values.cache,
    force: values.force,
    cuda: !values['no-cuda'],
  };
}
