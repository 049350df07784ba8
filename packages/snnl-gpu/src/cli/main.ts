import { resolve } from 'node:path';
import { buildNative } from '../addon/build';
import { UserError } from '../errors';
import { packageRoot } from '../node/binary';
import { examine } from '../tfjs-node/doctor';
import { checkNode, lineOf } from '../tfjs-node/findings';
import { setupTfjsNode } from '../tfjs-node/setup';
import { HELP, type Options, parse } from './options';

async function build({ cuda }: Options): Promise<number> {
  console.log(`Built ${await buildNative(packageRoot(), { cuda })}`);
  return 0;
}

async function setup({ project, name, from, wheel, cache, force }: Options): Promise<number> {
  const { version, folder } = await setupTfjsNode({
    ...{ name, from, wheel, force },
    project: resolve(project),
    cache: resolve(cache),
    say: (text) => console.log(`snnl-gpu: ${text}`),
  });
  console.log(`${name} ${version} works (${folder})`);
  const { state, words } = checkNode();
  if (state === 'FAIL')
    console.log(`snnl-gpu: on this Node it needs one thing more. Node ${words}`);
  return 0;
}

/** Prints findings as they come; 1 when something that should work does not. */
async function doctor({ project, name }: Options): Promise<number> {
  // Or TensorFlow's hints on its own build come between the findings.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  let failed = false;
  for await (const finding of examine({ project: resolve(project), name })) {
    console.log(lineOf(finding));
    failed ||= finding.state === 'FAIL';
  }
  return failed ? 1 : 0;
}

async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  switch (options.command) {
    case 'help':
      console.log(HELP);
      return 0;
    case 'build':
      return build(options);
    case 'setup-tfjs-node':
      return setup(options);
    case 'doctor':
      return doctor(options);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 2;
  },
);
