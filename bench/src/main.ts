import { runMatMul } from './mat-mul';
import { runMemory } from './memory';
import { HELP, parseOptions, UsageError } from './options';
import { runTimes } from './times';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  if (options.matMul) return runMatMul(options);
  return options.memory ? runMemory(options) : runTimes(options);
}

main().catch((error: unknown) => {
  const usage = error instanceof UsageError;
  console.error(usage ? error.message : error);
  process.exitCode = usage ? 2 : 1;
});
