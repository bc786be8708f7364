import { readdirSync, readFileSync } from 'node:fs';
import { texts } from '../page/texts.js';
import { renderTemplate, textAsHtml } from '../template.ts';
import { contentsPage, type ManualPage, renderManualPage } from './manual-page.ts';

/** One file of the help, by its name below `/help/`. */
export interface HelpFile {
  readonly name: string;
  readonly content: string | Buffer;
}

/** What is found by the search: a section, its place in the manual and its text. */
export type SearchEntry = readonly [address: string, page: string, heading: string, text: string];

const template = new URL('./help.html', import.meta.url);

/** Files beside the pages that are served as they are. */
const plainFile = /\.(svg|webp|json)$/;

/**
 * Renders the manual: a file for each page, and `search.json`, the index that the page searches.
 * @param folder where the Markdown is
 */
export function buildHelp(folder: URL): readonly HelpFile[] {
  const files = readdirSync(folder).sort();
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
  const html = readFileSync(template, 'utf8');
  const pages = inReadingOrder(
    files
      .filter((file) => file.endsWith('.md'))
      .map((file) => file.slice(0, -'.md'.length))
      .map((name) => renderManualPage(name, read(`${name}.md`), placesFor(name))),
  );
  return [
    ...pages.map((page, index) => ({
      name: `${page.name}.html`,
      content: wholePage(html, pages, index),
    })),
    { name: 'search.json', content: JSON.stringify(pages.flatMap(searchEntries)) },
    ...files
      .filter((file) => plainFile.test(file))
      .map((name) => ({ name, content: readFileSync(new URL(name, folder)) })),
  ];
}

/** The contents are at `/help`, the other pages one level below it. */
const placesFor = (name: string) =>
  name === contentsPage ? { pages: 'help/', root: '' } : { pages: '', root: '../' };

/** In the order in which the contents link to them; what they leave out comes last. */
function inReadingOrder(pages: readonly ManualPage[]): readonly ManualPage[] {
  const contents = pages.find(({ name }) => name === contentsPage);
  const order = [contentsPage, ...(contents?.links ?? [])];
  const rank = ({ name }: ManualPage) =>
    order.includes(name) ? order.indexOf(name) : order.length;
  return [...pages].sort((one, other) => rank(one) - rank(other));
}

function wholePage(html: string, pages: readonly ManualPage[], index: number): string {
  const page = pages[index];
  if (!page) throw new RangeError(`there is no page ${index}`);
  const { root } = placesFor(page.name);
  const parts = new Map([
    ['root', root],
    ['home', root || './'],
    ['title', asHtml(titleOf(page))],
    ['contents', contentsOf(pages, page)],
    ['turn', turnOf(pages, index)],
  ]);
  // The page comes last: what it has between braces is not for us.
  return renderTemplate(html, texts, parts).replace('<!-- page -->', () => page.html);
}

/** Text of the manual, in which braces name no text of ours. */
const asHtml = (text: string): string => textAsHtml(text).replaceAll('{', '&#123;');

const titleOf = ({ name, title }: ManualPage) =>
  name === contentsPage ? `${title} – ${texts.title}` : `${title} – ${texts.help.title}`;

function contentsOf(pages: readonly ManualPage[], current: ManualPage): string {
  const items = pages.map((page) => {
    const isCurrent = page === current;
    const mark = isCurrent ? ' aria-current="page"' : '';
    const link = `<a href="${linkTo(page, current)}"${mark}>${asHtml(page.title)}</a>`;
    return `<li>${link}${isCurrent ? headingsOf(page) : ''}</li>`;
  });
  return `<ul>${items.join('\n')}</ul>`;
}

function headingsOf({ name, sections }: ManualPage): string {
  const items = sections
    .filter(({ depth }) => depth === 2 && name !== contentsPage)
    .map(({ id, heading }) => `<li><a href="#${id}">${asHtml(heading)}</a></li>`);
  return items.length > 0 ? `<ul>${items.join('')}</ul>` : '';
}

/** Links to the page before and the one after. */
function turnOf(pages: readonly ManualPage[], index: number): string {
  const current = pages[index];
  const link = (page: ManualPage | undefined, rel: string, label: string) =>
    page && current
      ? `<a rel="${rel}" href="${linkTo(page, current)}"><small>${label}</small> ${asHtml(page.title)}</a>`
      : '';
  return [
    link(pages[index - 1], 'prev', texts.help.previous),
    link(pages[index + 1], 'next', texts.help.next),
  ].join('\n');
}

function linkTo(page: ManualPage, from: ManualPage): string {
  const { pages, root } = placesFor(from.name);
  return page.name === contentsPage ? `${root}help` : `${pages}${page.name}`;
}

function searchEntries({ name, title, sections }: ManualPage): SearchEntry[] {
  const address = name === contentsPage ? '' : `/${name}`;
  return sections.map(({ id, heading, text }) => [
    id ? `${address}#${id}` : address,
    title,
    heading,
    text,
  ]);
}
