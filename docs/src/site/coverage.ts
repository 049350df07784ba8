import { DeclarationReflection, type ProjectReflection, ReflectionKind } from 'typedoc';

/** How much of a kind of thing has a description of its own. */
export interface Coverage {
  readonly documented: number;
  readonly all: number;
}

const isDescribed = (item: DeclarationReflection): boolean =>
  [item, ...(item.signatures ?? []), item.getSignature, item.setSignature].some(
    (part) => part?.hasComment() ?? false,
  );

function count(items: readonly DeclarationReflection[]): Coverage {
  return { documented: items.filter(isDescribed).length, all: items.length };
}

/** The exports of all entry points, and the members of exported classes and interfaces. */
export function coverage(project: ProjectReflection): { exports: Coverage; members: Coverage } {
  const modules = project.getChildrenByKind(ReflectionKind.Module);
  const exported = modules
    .flatMap(({ children = [] }) => children)
    .filter((item) => item instanceof DeclarationReflection);
  const members = exported
    .flatMap(({ children = [] }) => children)
    .filter((item) => !item.kindOf(ReflectionKind.Constructor));
  return { exports: count(exported), members: count(members) };
}
