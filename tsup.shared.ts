/** What the builds of the published packages have in common. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** How the subpaths of a package.json's `exports` are offered. */
interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;
}

/**
 * Every ESM and CommonJS build: types beside it, Node's modules left alone. What a package names among
 * its devDependencies is bundled: ES modules that CommonJS could not require.
 */
const LIBRARY: Options = {
  dts: true,
  sourcemap: true,
  target: 'es2022',
  platform: 'neutral',
  removeNodeProtocol: false,
  external: [/^node:/],
  // One copy of what entries share, such as the status of kernels, also as CommonJS.
  splitting: true,
  esbuildPlugins: [licenceNotices()],
};

/**
 * The library builds of a package, from its `exports`: `./webgl` that offers `dist/webgl.js` is built
 * from `src/webgl.ts`, or from `src/webgl/register.ts` where `sources` says so. A subpath without
 * `require` gets no CommonJS build.
 *
 * @param sources Source files of subpaths that do not lie at `src/<subpath>.ts`; null where the
 *   package builds the subpath in another way.
 */
export function libraryBuilds(sources: Record<string, string | null> = {}, options: Options = {}) {
  const { exports } = readManifest();
  const entries = (condition: 'import' | 'require' | 'default') =>
    Object.fromEntries(
      Object.entries(exports)
        .filter(([, offer]) => typeof offer === 'object' && condition in offer)
        .filter(([subpath]) => sources[subpath] !== null)
        .map(([subpath]) => {
          const name = subpath === '.' ? 'index' : subpath.slice('./'.length);
          return [name, sources[subpath] ?? `src/${name}.ts`];
        }),
    );
  const esm = { ...entries('import'), ...entries('default') };
  const cjs = entries('require');
  const shared: Options = { ...LIBRARY, ...options };
  // One build where both have the same entries: their types are made once.
  const builds: Options[] = isDeepStrictEqual(esm, cjs)
    ? [{ ...shared, entry: esm, format: ['esm', 'cjs'] }]
    : [
        { ...shared, entry: esm, format: 'esm' },
        { ...shared, entry: cjs, format: 'cjs' },
      ];
  return builds;
}

/** A minified build for a script tag, `dist/<package>.min.js`, that defines one global. */
export interface ScriptBuild {
  readonly globalName: string;
  /** Global that stands for each imported package; those not named are bundled. */
  readonly globals: Readonly<Record<string, string>>;
  /** Modules that no page can run: importing one throws there. */
  readonly without?: RegExp;
}

/** TensorFlow.js as its own script `tf.min.js` offers it. */
export const TFJS_GLOBALS = { '@tensorflow/tfjs-core': 'tf', '@tensorflow/tfjs-layers': 'tf' };

export function scriptBuild({ globalName, globals, without }: ScriptBuild): Options {
  const { name } = readManifest();
  return {
    entry: { [name]: 'src/index.ts' },
    format: 'iife',
    globalName,
    minify: true,
    target: 'es2022',
    platform: 'browser',
    outExtension: () => ({ js: '.min.js' }),
    esbuildPlugins: [fromGlobals(name, globals, without), licenceNotices()],
  };
}

/** Puts the licences of the packages that are bundled into the file, as these ask for. */
export function licenceNotices(): Plugin {
  return {
    name: 'licence-notices',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile, outputFiles = [] }) => {
        for (const [path, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
          const folders = Object.keys(inputs).flatMap(
            (input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? [],
          );
          const file = outputFiles.find((output) => output.path === resolve(path));
          if (file === undefined || folders.length === 0) continue;
          const text = [file.text.trimEnd(), ...[...new Set(folders)].map(notice), ''].join('\n');
          file.contents = new TextEncoder().encode(text);
        }
      });
    },
  };
}

function notice(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence to put into the bundle.`);
  const text = readFileSync(join(folder, file), 'utf8').trim();
  return `/*! ${name} ${version}\n${text.replaceAll('*/', '* /')}\n*/`;
}

function fromGlobals(name: string, globals: Record<string, string>, without?: RegExp): Plugin {
  return {
    name: 'from-globals',
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path }) => {
        if (globals[path]) return { path, namespace: 'global' };
        return without?.test(path) ? { path, namespace: 'absent' } : undefined;
      });
      build.onLoad({ filter: /./, namespace: 'global' }, ({ path }) => {
        const global = globals[path];
        const missing = `${name} expected the global \`${global}\` of ${path}, and found none: put its script tag before this one.`;
        return {
          contents: `if (!globalThis.${global}) throw new Error(${JSON.stringify(missing)});
            module.exports = globalThis.${global};`,
        };
      });
      build.onLoad({ filter: /./, namespace: 'absent' }, ({ path }) => {
        const absent = `${name}: ${path} is not part of the build for script tags.`;
        return { contents: `throw new Error(${JSON.stringify(absent)});` };
      });
    },
  };
}

/** Of the package that is being built: tsup runs in its folder. */
function readManifest(): Manifest {
  return JSON.parse(readFileSync('package.json', 'utf8'));
}
