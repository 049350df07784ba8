import { runDataset } from './dataset';
import { runMemory } from './memory';
import { HELP, parseOptions, UsageError } from './options';
import { runStep } from './step-command';
import { runTimes } from './times';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  if (options.memory) return runMemory(options);
  if (options.step.length > 0) return runStep(options);
  if (options.dataset.length > 0) return runDataset(options);
  return runTimes(options);
}

main().catch((error: unknown) => {
  const usage = error instanceof UsageError;
  console.error(usage ? error.message : error);
  process.exitCode = usage ? 2 : 1;
});
