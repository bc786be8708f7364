import { Marked, type Token, type Tokens } from 'marked';
import { createSlugger } from './slugs.ts';

/** A heading and the text below it, up to the next heading. */
export interface Section {
  /** The id of its heading; empty above the first one below the title. */
  readonly id: string;
  readonly heading: string;
  /** 1 for the title of the page. */
  readonly depth: number;
  /** Plain text, for the search. */
  readonly text: string;
}

/** A page of the manual, rendered. */
export interface ManualPage {
  /** The name of its file without `.md`. */
  readonly name: string;
  readonly title: string;
  readonly html: string;
  readonly sections: readonly Section[];
  /** The pages of the manual that it links to, in order, by name. */
  readonly links: readonly string[];
}

/** Where the pages and pictures that Markdown names are on the web page. */
export interface ManualPlaces {
  /** What goes before the address of another page of the manual. */
  readonly pages: string;
  /** What goes before the address of a file that the web page serves at its root. */
  readonly root: string;
}

/** The contents, which are at `/help` itself. */
export const contentsPage = 'README';

/** Headings down to this depth are found by the search by themselves. */
const deepestSection = 3;

/** Renders one page. What of the repository the appliance does not serve becomes plain text. */
export function renderManualPage(name: string, markdown: string, places: ManualPlaces): ManualPage {
  const sections: { id: string; heading: string; depth: number; text: string[] }[] = [];
  const links = new Set<string>();
  const slug = createSlugger();
  const ids = new Map<Token, string>();
  const marked = new Marked({ gfm: true });
  const tokens = marked.lexer(markdown);

  for (const token of tokens) {
    if (token.type === 'heading') {
      const heading = plainText(token.tokens);
      const id = slug(heading);
      ids.set(token, id);
      if (token.depth <= deepestSection) {
        sections.push({ id: token.depth === 1 ? '' : id, heading, depth: token.depth, text: [] });
        continue;
      }
    }
    sections.at(-1)?.text.push(plainText([token]));
  }

  marked.use({
    renderer: {
      heading(token) {
        const id = ids.get(token) ?? '';
        const html = this.parser.parseInline(token.tokens);
        if (token.depth === 1) return `<h1 id="${id}">${html}</h1>\n`;
        const label = escaped(`Link to “${plainText(token.tokens)}”`);
        const anchor = `<a class="anchor" href="#${id}" aria-label="${label}">#</a>`;
        return `<h${token.depth} id="${id}">${shortAnchor(id)}${html} ${anchor}</h${token.depth}>\n`;
      },
      link({ href, tokens }) {
        const html = this.parser.parseInline(tokens);
        const page = /^(?:\.\/)?([\w-]+)\.md(#.*)?$/.exec(href);
        if (page) links.add(page[1] ?? '');
        const address = addressOf(href, places);
        return address === undefined ? html : `<a href="${escaped(address)}">${html}</a>`;
      },
      image({ href, text }) {
        const address = pictureAt(href, places);
        return `<img src="${escaped(address)}" alt="${escaped(text)}" loading="lazy">`;
      },
      html({ text }) {
        return text.replace(/<!--.*?-->/gs, '');
      },
    },
  });
  const html = marked
    .parser(tokens)
    .replaceAll(
      '<table>',
      '<div class="table" role="group" aria-label="Table" tabindex="0"><table>',
    )
    .replaceAll('</table>', '</table></div>')
    // What may scroll can be reached by keyboard.
    .replaceAll('<pre>', '<pre tabindex="0">');
  return {
    name,
    title: sections.find(({ depth }) => depth === 1)?.heading ?? name,
    html,
    sections: sections.map(({ text, ...section }) => ({
      ...section,
      text: text.join(' ').replace(/\s+/g, ' ').trim(),
    })),
    links: [...links],
  };
}

/**
 * A heading such as "3 flashes: …" has the anchor `3-flashes`, too: what the program links to holds,
 * whatever the words behind the number.
 */
function shortAnchor(id: string): string {
  const [, short] = /^(\d+-flash(?:es)?)-/.exec(id) ?? [];
  return short ? `<span id="${short}"></span>` : '';
}

/** The address of a link; undefined for what the appliance does not serve. */
function addressOf(href: string, { pages, root }: ManualPlaces): string | undefined {
  if (/^(#|https?:|mailto:)/.test(href)) return href;
  const page = /^(?:\.\/)?([\w-]+)\.md(#.*)?$/.exec(href);
  if (page) {
    const [, name = '', anchor = ''] = page;
    return (name === contentsPage ? `${root}help` : `${pages}${name}`) + anchor;
  }
  if (/(^|\/)wiring\.svg$/.test(href)) return `${root}wiring.svg`;
  return /^[\w-]+\.\w+$/.test(href) ? `${pages}${href}` : undefined;
}

function pictureAt(href: string, { pages, root }: ManualPlaces): string {
  const file = href.replace(/^.*\//, '');
  return file === 'wiring.svg' ? `${root}${file}` : `${pages}${file}`;
}

/** The text of tokens without its marks. */
function plainText(tokens: readonly Token[] | undefined): string {
  return (tokens ?? [])
    .map((token) => {
      if (token.type === 'table') return tableText(token as Tokens.Table);
      if (token.type === 'list') {
        return (token as Tokens.List).items.map((item) => plainText(item.tokens)).join(' ');
      }
      if (token.type === 'html') return token.raw.replace(/<!--.*?-->|<[^>]*>/gs, ' ');
      if (token.type === 'br' || token.type === 'space') return ' ';
      if ('tokens' in token && token.tokens) return plainText(token.tokens);
      return 'text' in token ? String(token.text) : '';
    })
    .join('');
}

function tableText({ header, rows }: Tokens.Table): string {
  return [header, ...rows]
    .map((cells) => cells.map((cell) => plainText(cell.tokens)).join(' · '))
    .join(' ');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => entities[one] ?? one);
