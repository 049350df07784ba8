import { expect, it } from 'vitest';
import { messageFailures, quoted } from './entries';
import { messagesIn } from './extract';
import { nativeMessagesIn } from './extract-native';

const source = `
const ADVICE = 'Write it so.';
function unfit(count: number): string | undefined {
  if (count > 3) return \`\${count} are too many\`;
  return undefined;
}
function use(n: number) {
  if (n < 0) throw new RangeError(\`Expected n to be positive, but got \${n}. \` + ADVICE);
  const kind = n > 1 ? 'many' : 'one';
  console.warn(\`There is \${kind} of them.\`);
  if (n === 9) throw new Error(String(n));
  return { fused: false, reason: 'not asked for' };
}
`;

it('finds what a source throws, warns of and gives as a reason, with holes for values', () => {
  expect(messagesIn(source, 'a.ts')).toEqual([
    { text: '… are too many', place: 'a.ts:4' },
    { text: 'Expected n to be positive, but got …. Write it so.', place: 'a.ts:8' },
    { text: 'There is many of them.', place: 'a.ts:10' },
    { text: 'There is one of them.', place: 'a.ts:10' },
    { text: 'not asked for', place: 'a.ts:12' },
  ]);
});

it('reports messages without an entry and entries without a message', () => {
  const entries = quoted('```text\nExpected n to be positive\nGone.\n```\n\nprose\n');
  expect(entries).toEqual(['Expected n to be positive', 'Gone.']);
  const failures = messageFailures(
    [
      { text: 'Expected n to be positive, but got ….', place: 'a.ts:8' },
      { text: 'New.', place: 'b.ts:1' },
    ],
    entries,
  );
  expect(failures).toEqual([
    expect.stringMatching(/^b\.ts:1: .*has no entry.*\n {4}New\.$/),
    expect.stringMatching(/no source gives the message\n {4}Gone\.$/),
  ]);
});

it('finds what C++ code returns, sets as a status, or gives as a reason', () => {
  const code = `
#include "op.h"
std::string wrong(int n) {
  if (n < 0) return std::string("Expected ") + name(n) + " to be positive, but got " +
                    std::to_string(n) + ".";
  loaded.missing = "no driver: it was not found";
  TF_SetStatus(status, kInvalid,
               "Expected x and y to have one shape.");
  return "too short";
}
`;
  expect(nativeMessagesIn(code, 'a.cc')).toEqual([
    { text: 'Expected … to be positive, but got ….', place: 'a.cc:4' },
    { text: 'no driver: it was not found', place: 'a.cc:6' },
    { text: 'Expected x and y to have one shape.', place: 'a.cc:7' },
  ]);
});
