/** What keeps a binary from loading on other distributions of Linux, or from living beside Node. */
import { compareVersions, glibcVersion, neededBy, symbolsOf } from './symbols.mjs';

/** Parts of glibc; everything else is linked in. */
const LIBRARIES = /^(lib(c|m|dl|pthread)\.so\.\d|ld-linux-x86-64\.so\.2)$/;
const NODE_API = /^(napi|node_api)_/;

function problemOf({ name, version, defined, weak }, bound) {
  if (defined) {
    return NODE_API.test(name) ? undefined : `${name} is exported, and may clash with Node's own`;
  }
  if (version === undefined) {
    return weak || NODE_API.test(name) ? undefined : `${name} has no definition`;
  }
  const glibc = glibcVersion(version);
  if (glibc === undefined) return `${name} asks for ${version}, which is not part of glibc`;
  return compareVersions(glibc, bound) > 0 ? `${name} asks for glibc ${glibc}` : undefined;
}

/** Problems of symbols and libraries as lines; none is good. `bound` is the newest glibc allowed. */
export function problemsOf({ symbols, libraries }, bound) {
  return [
    ...symbols.map((symbol) => problemOf(symbol, bound)),
    ...libraries.map((name) => (LIBRARIES.test(name) ? undefined : `it asks for ${name}`)),
  ].filter((problem) => problem !== undefined);
}

/** The newest glibc that any symbol asks for. */
export const newestGlibc = (symbols) =>
  symbols
    .flatMap(({ defined, version }) => (defined ? [] : (glibcVersion(version) ?? [])))
    .sort(compareVersions)
    .at(-1);

export function checkBinary(file, bound) {
  const symbols = symbolsOf(file);
  const problems = problemsOf({ symbols, libraries: neededBy(file) }, bound);
  if (problems.length > 0) {
    throw new Error(
      `${file} would not load everywhere with glibc ${bound}:\n${problems.join('\n')}`,
    );
  }
  return newestGlibc(symbols);
}
