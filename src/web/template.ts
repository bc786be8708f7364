/**
 * Fills in a page: `{{setup.title}}` becomes the text of that name, escaped; what is between
 * backticks in it becomes code, and a list of texts becomes the items of a list. `{{> sign-in}}`
 * becomes the part of that name, filled in likewise. What is between `{{#kinds}}` and `{{/kinds}}`
 * comes once for each name of the list `kinds`, with the name for `*`: `{{*}}`, `{{test.*}}`.
 * @throws Error when the page names something that does not exist
 */
export function renderTemplate(
  html: string,
  texts: object,
  parts: ReadonlyMap<string, string> = new Map(),
  lists: Readonly<Record<string, readonly string[]>> = {},
): string {
  return html
    .replace(/\{\{#(\w+)\}\}\s*(.*?)\s*\{\{\/\1\}\}/gs, (_whole, list: string, body: string) => {
      const names = lists[list];
      if (!names) throw new Error(`the page names a list that is not there: ${list}`);
      return names.map((name) => forName(body, name)).join('\n');
    })
    .replace(/\{\{> ([\w-]+)\}\}/g, (_whole, name: string) => {
      const part = parts.get(name);
      if (part === undefined) throw new Error(`the page names a part that is not there: ${name}`);
      return part;
    })
    .replace(/\{\{([\w.-]+)\}\}/g, (_whole, path: string) => {
      const found = valueAt(texts, path);
      if (typeof found === 'string') return textAsHtml(found);
      if (Array.isArray(found)) return found.map((item) => `<li>${textAsHtml(item)}</li>`).join('');
      throw new Error(`the page names a text that is not there: ${path}`);
    });
}

function forName(body: string, name: string): string {
  return body.replaceAll('{{*}}', name).replace(/\{\{([\w.-]+)\.\*\}\}/g, `{{$1.${name}}}`);
}

/** Text as HTML, what is between backticks as code. */
export function textAsHtml(text: string): string {
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
