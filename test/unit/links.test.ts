// Every link of the documents leads somewhere: to a file, to a heading in it, to a page of the help.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Marked, type Token } from 'marked';
import { renderManualPage } from '../../src/web/help/manual-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const marked = new Marked({ gfm: true });

/** Folders that hold nothing of ours. */
const others: ReadonlySet<string> = new Set(['node_modules', 'build', '.git']);

function documentsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return others.has(entry.name) ? [] : documentsIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The links and pictures of a document, those in lists and tables as well. */
function linksIn(markdown: string): readonly string[] {
  const links: string[] = [];
  marked.walkTokens(marked.lexer(markdown), (token: Token) => {
    if (token.type === 'link' || token.type === 'image') links.push(String(token['href']));
  });
  return links;
}

const places = { pages: '', root: '' };

/** The anchors of its headings, as the help makes them; they are those of GitHub. */
const anchorsIn = (markdown: string): ReadonlySet<string> =>
  new Set(
    [...renderManualPage('page', markdown, places).html.matchAll(/<h\d id="([^"]+)"/g)].map(
      ([, id = '']) => id,
    ),
  );

/** From the README, GitHub resolves these to pages of the repository beside its files. */
const pagesOfGitHub: ReadonlySet<string> = new Set(['../../releases']);

/** Why a link leads nowhere; undefined for one that leads somewhere, or to another machine. */
function problemOf(file: string, link: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return undefined;
  if (dirname(file) === dirname(join(root, 'README.md')) && pagesOfGitHub.has(link))
    return undefined;
  const [path = '', anchor] = decodeURI(link).split('#');
  if (path.startsWith('/')) return 'begins at the root, which is another one on GitHub';
  const target = path === '' ? file : join(dirname(file), path);
  if (!existsSync(target)) return 'file not found';
  if (anchor === undefined) return undefined;
  if (!statSync(target).isFile() || !target.endsWith('.md')) return 'an anchor in no document';
  return anchorsIn(readFileSync(target, 'utf8')).has(anchor) ? undefined : 'heading not found';
}

const documents = documentsIn(root);

describe('links of the documents', () => {
  for (const file of documents) {
    test(relative(root, file), () => {
      const problems = linksIn(readFileSync(file, 'utf8')).flatMap((link) => {
        const problem = problemOf(file, link);
        return problem ? [`${link}: ${problem}`] : [];
      });
      assert.deepEqual(problems, []);
    });
  }

  test('one that leads nowhere is found', () => {
    const file = join(root, 'README.md');
    assert.match(problemOf(file, 'nothing.md') ?? '', /file/);
    assert.match(problemOf(file, 'ARCHITECTURE.md#nothing') ?? '', /heading/);
    assert.match(problemOf(file, '#nothing') ?? '', /heading/);
    assert.match(problemOf(file, '/README.md') ?? '', /root/);
    assert.equal(problemOf(file, 'ARCHITECTURE.md#architecture'), undefined);
    assert.deepEqual(linksIn('- a\n\n  | b |\n  | - |\n  | [c](d.md) |'), ['d.md']);
  });
});
