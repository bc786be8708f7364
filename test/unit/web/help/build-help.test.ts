import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildHelp, type SearchEntry } from '../../../../src/web/help/build-help.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const manual = new URL('../../../../src/manual/', import.meta.url);

function help(context: TestContext) {
  const folder = temporaryFolder(context);
  const files = {
    'README.md': '# Manual\n\n[Last in the alphabet](zebra.md), [first](ant.md)\n',
    'ant.md': '# Ant\n\n## Legs {{six}}\n\nMany.\n',
    'zebra.md': '# Zebra\n\n## Stripes\n\nMore.\n',
    'aside.md': '# Aside\n',
    'picture.webp': 'RIFF',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const built = buildHelp(pathToFileURL(`${folder}/`));
  return (name: string) => String(built.find((file) => file.name === name)?.content);
}

describe('the help', () => {
  test('has the pages in the order of the contents, and what they leave out last', (context) => {
    const page = help(context)('README.html');
    const [, contents = ''] = /<nav id="contents".*?>(.*?)<\/nav>/s.exec(page) ?? [];
    assert.deepEqual(
      [...contents.matchAll(/href="([^"]+)"/g)].map(([, href]) => href),
      ['help', 'help/zebra', 'help/ant', 'help/aside'],
    );
  });

  test('leads from each page to the one before and the one after', (context) => {
    const page = help(context)('ant.html');
    assert.match(page, /<a rel="prev" href="zebra">/);
    assert.match(page, /<a rel="next" href="aside">/);
    assert.match(page, /<a href="ant" aria-current="page">Ant<\/a><ul><li><a href="#legs-six">/);
    assert.match(page, /<a href="\.\.\/help">Manual<\/a>/);
    assert.match(page, /<h2 id="legs-six">Legs \{\{six\}\}/);
  });

  test('has an index of all sections, and the pictures', (context) => {
    const read = help(context);
    assert.deepEqual(JSON.parse(read('search.json')) as SearchEntry[], [
      ['', 'Manual', 'Manual', 'Last in the alphabet, first'],
      ['/zebra', 'Zebra', 'Zebra', ''],
      ['/zebra#stripes', 'Zebra', 'Stripes', 'More.'],
      ['/ant', 'Ant', 'Ant', ''],
      ['/ant#legs-six', 'Ant', 'Legs {{six}}', 'Many.'],
      ['/aside', 'Aside', 'Aside', ''],
    ]);
    assert.equal(read('picture.webp'), 'RIFF');
  });

  test('each page of the manual is in it, and what it loads at first is below 100 kB', () => {
    const built = buildHelp(manual);
    for (const file of readdirSync(manual).filter((name) => name.endsWith('.md'))) {
      const page = built.find(({ name }) => name === file.replace('.md', '.html'));
      assert.ok(page, file);
      assert.match(String(page.content), /<h1 /);
      assert.ok(gzipSync(page.content).length < 60_000, file);
    }
  });
});
