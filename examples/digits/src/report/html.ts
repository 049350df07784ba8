const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text, made safe to stand in HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);

/** A figure: caption above, drawing below. */
export function figure(caption: string, drawing: string): string {
  return `<figure><figcaption>${caption}</figcaption>${drawing}</figure>`;
}
