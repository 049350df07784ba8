/**
 * The element with this id.
 *
 * @throws Error if the page has none of this kind.
 */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`Expected an element #${id} of kind ${kind.name} in the page.`);
}
