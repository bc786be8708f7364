/**
 * Fills in a page: `{{setup.title}}` becomes the text of that name, escaped; what stands between
 * backticks in it becomes code, and a list of texts becomes the items of a list. `{{> sign-in}}`
 * becomes the part of that name, filled in likewise.
 * @throws Error when the page names something that does not exist
 */
export function renderTemplate(
  html: string,
  texts: object,
  parts: ReadonlyMap<string, string> = new Map(),
): string {
  return html
    .replace(/\{\{> ([\w-]+)\}\}/g, (_whole, name: string) => {
      const part = parts.get(name);
      if (part === undefined) throw new Error(`the page names a part that is not there: ${name}`);
      return part;
    })
    .replace(/\{\{([\w.-]+)\}\}/g, (_whole, path: string) => {
      const found = valueAt(texts, path);
      if (typeof found === 'string') return richText(found);
      if (Array.isArray(found)) return found.map((item) => `<li>${richText(item)}</li>`).join('');
      throw new Error(`the page names a text that is not there: ${path}`);
    });
}

/** Text as HTML, what stands between backticks as code. */
export function richText(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => entities[character] ?? '')
    .replace(/`([^`]+)`/g, '<code>$1</code>');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function valueAt(texts: object, path: string): unknown {
  let found: unknown = texts;
  for (const name of path.split('.')) {
    found = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined;
  }
  return found;
}
