import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderManualPage } from '../../../../src/web/help/manual-page.ts';

const places = { pages: 'help/', root: '' };
const render = (markdown: string, name = 'card') => renderManualPage(name, markdown, places);

describe('a page of the manual', () => {
  test('headings have ids and anchors, but for the title', () => {
    const { html, title } = render('# The *card*\n\n## Wi-Fi & more\n\n### Wi-Fi & more');
    assert.equal(title, 'The card');
    assert.match(html, /<h1 id="the-card">The <em>card<\/em><\/h1>/);
    assert.match(
      html,
      /<h2 id="wi-fi--more">Wi-Fi &amp; more <a class="anchor" href="#wi-fi--more"/,
    );
    assert.match(html, /<h3 id="wi-fi--more-1">/);
  });

  test('a number of flashes is an anchor by itself, whatever the words behind it', () => {
    const { html } = render('## 1 flash: no network\n\n## 12 flashes: more');
    assert.match(html, /<h2 id="1-flash-no-network"><span id="1-flash"><\/span>1 flash/);
    assert.match(html, /<h2 id="12-flashes-more"><span id="12-flashes"><\/span>/);
  });

  test('links lead to pages of the help, to anchors and elsewhere', () => {
    const { html, links } = render(
      '[a](card.md) [b](lights.md#pins) [c](README.md) [d](#here) [e](https://example.com/)',
    );
    assert.deepEqual(
      [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href),
      ['help/card', 'help/lights#pins', 'help', '#here', 'https://example.com/'],
    );
    assert.deepEqual(links, ['card', 'lights', 'README']);
  });

  test('what the appliance does not serve is text', () => {
    assert.equal(render('[the code](../main.ts)').html.trim(), '<p>the code</p>');
    assert.equal(render('[bad](javascript:alert)').html.trim(), '<p>bad</p>');
    assert.equal(render('[README](../../README.md#slack)').html.trim(), '<p>README</p>');
  });

  test('pictures are those that the page serves', () => {
    assert.match(
      render('![Wiring](../../hardware/wiring.svg)').html,
      /<img src="wiring.svg" alt="Wiring"/,
    );
    assert.match(render('![Page](page.webp)').html, /<img src="help\/page.webp" alt="Page"/);
  });

  test('marks for scripts are left out; a table can be scrolled by keyboard', () => {
    const { html } = render('<!-- settings -->\n\n| a |\n| - |\n| b |\n\n<!-- /settings -->');
    assert.doesNotMatch(html, /<!--/);
    assert.match(html, /<div class="table" [^>]*tabindex="0"><table>/);
  });

  test('sections have the text for the search, without marks', () => {
    const { sections } = render(
      '# Title\n\nFirst **words**.\n\n## Two\n\n| key | `value` |\n| - | - |\n| a | b |\n\n#### Deep\n\n- one\n- `two`',
    );
    assert.deepEqual(sections, [
      { id: '', heading: 'Title', depth: 1, text: 'First words.' },
      { id: 'two', heading: 'Two', depth: 2, text: 'key · value a · b Deep one two' },
    ]);
  });
});
