import type { CommentDisplayPart, ProjectReflection, Reflection } from 'typedoc';

const FILE = 'docs/math.md';

/** Lets `docs/math.md eq. 3` in a description lead to that page. */
export function linkEquations(project: ProjectReflection, mathematics: Reflection): void {
  const linked = (part: CommentDisplayPart): CommentDisplayPart[] => {
    const [before = '', after] = part.text.split(FILE);
    if (part.kind !== 'text' || after === undefined) return [part];
    return [
      { kind: 'text', text: before },
      { kind: 'inline-tag', tag: '@link', text: FILE, target: mathematics },
      { kind: 'text', text: after },
    ];
  };
  for (const { comment } of Object.values(project.reflections)) {
    if (comment === undefined) continue;
    comment.summary = comment.summary.flatMap(linked);
    for (const tag of comment.blockTags) tag.content = tag.content.flatMap(linked);
  }
}
