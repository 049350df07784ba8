import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Converter, type ProjectReflection, ReflectionKind } from 'typedoc';
import { ROOT, SITE } from '../paths';
import { linkEquations } from './link-equations';
import { addMath, copyMathStyle } from './math';
import { ENTRY_POINTS, GUIDES, MATHEMATICS, READMES } from './pages';

/** Reference pages are named as users import them, and READMEs by what they are about. */
function rename(project: ProjectReflection): void {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const name = ENTRY_POINTS[`${module.name}.ts`] ?? ENTRY_POINTS[`${module.name}/index.ts`];
    if (name === undefined) throw new Error(`No import path is known for '${module.name}'.`);
    module.name = name;
  }
  for (const document of project.documents ?? []) {
    const title = READMES[`${document.name}.md`];
    if (title !== undefined) document.name = title;
  }
}

/** Hooks that tfjs calls say nothing to a user of the class. */
function dropHooks(project: ProjectReflection): void {
  for (const method of project.getReflectionsByKind(ReflectionKind.Method)) {
    const isHook = /^(on[A-Z]\w+|setParams|setModel|build|call|dispose|compute\w+|getConfig)$/;
    if (isHook.test(method.name) && method.parent?.kindOf(ReflectionKind.Class)) {
      project.removeReflection(method);
    }
  }
}

/**
 * Builds the site from the sources of the packages and the guides.
 *
 * @throws Error if an export has no description, or a link leads nowhere; TypeDoc prints which.
 */
export async function buildSite(): Promise<ProjectReflection> {
  const path = (name: string): string => join(ROOT, name);
  const app = await Application.bootstrapWithPlugins({
    name: 'SNNL for TensorFlow.js',
    entryPoints: Object.keys(ENTRY_POINTS).map(path),
    tsconfig: path('docs/tsconfig.api.json'),
    projectDocuments: [...GUIDES, ...Object.keys(READMES)].map(path),
    readme: path('README.md'),
    out: SITE,
    basePath: ROOT,
    customCss: path('docs/src/site/style.css'),
    markdownItLoader: addMath,
    excludeExternals: true,
    excludePrivate: true,
    excludeProtected: true,
    // The repository's address on the web is not known here.
    disableSources: true,
    hideGenerator: true,
    githubPages: false,
    includeVersion: false,
    highlightLanguages: [
      'bash',
      'html',
      'javascript',
      'json',
      'python',
      'sh',
      'text',
      'typescript',
    ],
    validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
    packagesRequiringDocumentation: ['snnl-layer', 'snnl-callbacks', 'snnl-gpu', 'snnl-parallel'],
    requiredToBeDocumented: ['Class', 'Enum', 'Function', 'Interface', 'TypeAlias', 'Variable'],
    // The build and the step "types" check them.
    skipErrorChecking: true,
    logLevel: 'Warn',
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    rename(project);
    dropHooks(project);
    const mathematics = project.documents?.find(({ name }) => name === MATHEMATICS);
    if (mathematics === undefined) throw new Error(`There is no page '${MATHEMATICS}'.`);
    linkEquations(project, mathematics);
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the sources: see above.');
  app.validate(project);
  rmSync(SITE, { recursive: true, force: true });
  await app.generateOutputs(project);
  copyMathStyle(join(SITE, 'assets'));
  const complaints = app.logger.errorCount + app.logger.warningCount;
  if (complaints > 0) throw new Error(`TypeDoc has ${complaints} complaints: see above.`);
  return project;
}
