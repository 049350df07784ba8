import { UserError } from '../user-error';
import { HELP, parse } from './options';

async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  // Each command loads only what it needs.
  switch (options.command) {
    case 'help':
      console.log(HELP);
      return 0;
    case 'build':
      return (await import('./build')).build(options);
    case 'setup-tfjs-node':
      return (await import('./setup-tfjs-node')).setup(options);
    case 'doctor':
      return (await import('./doctor')).doctor(options);
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
