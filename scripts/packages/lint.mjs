/** What publint and are-the-types-wrong say of a tarball, as lines; none is good. */
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

export async function publishingProblems({ bytes }) {
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg)}`);
}

/** Problems that are meant, each with its reason. */
const MEANT = [
  {
    reason: 'the libraries of the report exist as ES modules only',
    applies: ({ name, entrypoint, kind }) =>
      name === 'snnl-callbacks' && entrypoint === './report' && kind === 'CJSResolvesToESM',
  },
  {
    reason: 'a preload for `node --import`, which exports nothing',
    applies: ({ entrypoint }) => entrypoint === './node-shim',
  },
];

export async function typeProblems({ name, bytes }) {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
  if (!result.types) return ['are-the-types-wrong: found no types'];
  return result.problems
    .filter((problem) => !MEANT.some(({ applies }) => applies({ name, ...problem })))
    .map((problem) => `are-the-types-wrong: ${JSON.stringify(problem)}`);
}
