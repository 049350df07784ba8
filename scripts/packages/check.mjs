/**
 * Checks the built packages as users get them: packed, linted, loaded and weighed. Each check
 * counts; the last line is `N passed, N failed`.
 */

import { publishingProblems, typeProblems } from './lint.mjs';
import { checkImports, loadEntries, requireEntries } from './loading.mjs';
import { pack } from './pack.mjs';
import { checkSizes } from './sizes.mjs';

const totals = { passed: 0, failed: 0 };

async function check(what, run) {
  try {
    const problems = await run();
    if (problems.length > 0) throw new Error(problems.join('\n'));
    totals.passed += 1;
    console.log(`ok      ${what}`);
  } catch (error) {
    totals.failed += 1;
    console.log(`FAILED  ${what}\n${error.message}`);
  }
}

const none = (run) => async (pkg) => {
  await run(pkg);
  return [];
};

const packed = pack();
for (const pkg of packed) {
  await check(`${pkg.name}: publint, strict`, () => publishingProblems(pkg));
  await check(`${pkg.name}: are the types wrong`, () => typeProblems(pkg));
  await check(`${pkg.name}: same exports, no side effects`, () => none(loadEntries)(pkg));
  await check(`${pkg.name}: as CommonJS without ES modules`, () => none(requireEntries)(pkg));
  await check(`${pkg.name}: imports only what it declares`, () => none(checkImports)(pkg));
}
await check('sizes within their budgets', () => checkSizes(packed));
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
