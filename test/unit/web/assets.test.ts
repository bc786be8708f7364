import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { faultCodes } from '../../../hardware/fault-codes.ts';
import { colours, faultColour } from '../../../hardware/lamp.ts';
import { parts } from '../../../src/appliance/parts.ts';
import { eventKinds } from '../../../src/events/kinds.ts';
import { loadAssets } from '../../../src/web/assets.ts';
import { acceptsGzip } from '../../../src/web/compress.ts';
import { texts } from '../../../src/web/page/texts.js';
import { renderTemplate } from '../../../src/web/template.ts';

describe('the files of the page', () => {
  const assets = loadAssets(faultCodes, parts);
  const asset = (path: string) => assets.find((one) => one.path === path)?.body.toString() ?? '';

  test('every text is filled in, on both pages', () => {
    for (const path of ['/', '/setup']) {
      assert.match(asset(path), /<h1[ >]/);
      assert.doesNotMatch(asset(path), /\{\{|undefined/);
    }
  });

  test('every file that a page or a script names is there', () => {
    const named = assets.flatMap(({ path, body }) => {
      const text = body.toString();
      const inPages = [...text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(
        ([, name]) => new URL(name ?? '', `http://blinky.local${path}`).pathname,
      );
      const inScripts = [...text.matchAll(/from '\.\/([^']+)'/g)].map(
        ([, name]) => `/page/${name}`,
      );
      return path.endsWith('.svg') ? [] : [...inPages, ...inScripts];
    });
    const served = new Set([
      ...assets.map(({ path }) => path),
      '/metrics',
      '/LocalLogConfig.xml',
      '/help',
    ]);
    assert.deepEqual(
      named.filter((name) => !served.has(name ?? '')),
      [],
    );
  });

  test('nothing is named from the root, since a proxy may serve the page below a path', () => {
    for (const { path, body } of assets) {
      const text = body.toString();
      assert.doesNotMatch(text, /(?:src|href|action)="\//, path);
      assert.doesNotMatch(text, /url\(['"]?\//, path);
      assert.doesNotMatch(text, /(?:fetch|WebSocket|EventSource|import)\(\s*['"`]\//, path);
      assert.doesNotMatch(text, /location\.(?:host|origin)\b/, path);
    }
  });

  test('the files for Prometheus and Grafana are there, and the page leads to them', () => {
    for (const name of ['grafana-dashboard.json', 'prometheus-alerts.yaml']) {
      assert.ok(asset(`/monitoring/${name}`).includes('blinky_events_total'));
      assert.ok(asset('/').includes(`href="monitoring/${name}"`));
    }
  });

  test('the page explains every code that the red light shows', () => {
    for (const { flashes, meaning } of faultCodes) {
      if (flashes > 0)
        assert.ok(asset('/').includes(`<td>${flashes}</td><td>${meaning.slice(0, 20)}`));
    }
  });

  test('both pages have the label of every part, in the order of the table', () => {
    for (const path of ['/', '/setup']) {
      const items = [
        ...asset(path).matchAll(/<li data-part="([^"]+)" data-help="[^"]*">([^<]+)<\/li>/g),
      ];
      assert.deepEqual(
        items.map(([, name, label]) => ({ name, label })),
        parts.map(({ name, label }) => ({ name, label })),
      );
    }
  });

  test('both pages have every light, with a colour and a word of its own', () => {
    const rules = asset('/page/lights.css').matchAll(/^\.([a-z]+) \{\n {2}--lens:/gm);
    assert.deepEqual(new Set([...rules].map(([, name]) => name)), new Set(colours));
    for (const path of ['/', '/setup']) {
      const shown = asset(path).matchAll(
        /id="light-\w+" class="light (\w+) unknown" data-colour="(\w+)"/g,
      );
      assert.deepEqual(
        [...shown].map(([, name]) => name),
        colours,
      );
      for (const colour of colours) assert.ok(asset(path).includes(texts.lights.colours[colour]));
    }
  });

  test('every kind of event can be chosen, and sent as a test', () => {
    for (const kind of eventKinds) {
      const option = `<option value="${kind}">${texts.kinds[kind]}</option>`;
      const button = `<button type="button" value="${kind}" disabled>${texts.test.kinds[kind]}</button>`;
      assert.equal(asset('/').split(option).length, 2, option);
      assert.equal(asset('/setup').split(button).length, 2, button);
      assert.ok(texts.shows[kind]);
    }
  });

  test('the texts name the light that shows fault codes', () => {
    const { codes, flashing } = texts.health;
    for (const text of [codes, flashing(2)]) assert.match(text, new RegExp(`\\b${faultColour}\\b`));
  });

  test('all of them together stay below 100 kB compressed', () => {
    const bytes = assets.reduce((sum, { gzipped, body }) => sum + (gzipped ?? body).length, 0);
    assert.ok(bytes < 100_000, `${bytes} bytes`);
  });
});

describe('templates', () => {
  test('texts are escaped; backticks make code, lists make items', () => {
    assert.equal(
      renderTemplate('<p>{{a.b}}</p><ul>{{list}}</ul>', {
        a: { b: '<b> & `x<y`' },
        list: ['1', '2'],
      }),
      '<p>&lt;b&gt; &amp; <code>x&lt;y</code></p><ul><li>1</li><li>2</li></ul>',
    );
  });

  test('something is repeated for each name of a list', () => {
    const html =
      '<ul>\n  {{#fruits}}\n  <li id="{{*}}">{{words.*}}: {{words.eat}}</li>\n  {{/fruits}}\n</ul>';
    const words = { apple: 'An apple', 'red-plum': 'A plum', eat: 'eat it' };
    assert.equal(
      renderTemplate(html, { words }, new Map(), { fruits: ['apple', 'red-plum'] }),
      '<ul>\n  <li id="apple">An apple: eat it</li>\n<li id="red-plum">A plum: eat it</li>\n</ul>',
    );
    assert.throws(() => renderTemplate(html, { words }), /fruits/);
    assert.throws(() => renderTemplate(html, { words }, new Map(), { fruits: ['pear'] }), /pear/);
  });

  test('a text or part that is not there is a mistake, told by its name', () => {
    assert.throws(() => renderTemplate('{{a.b}}', { a: {} }), /a\.b/);
    assert.throws(() => renderTemplate('{{> part}}', {}), /part/);
  });
});

describe('compressed answers', () => {
  for (const [header, accepted] of [
    ['gzip, deflate, br', true],
    ['br;q=1.0, gzip;q=0.8', true],
    ['gzip;q=0', false],
    ['gzip;q=0.000', false],
    ['br', false],
    [undefined, false],
  ] as const) {
    test(`${header}: ${accepted ? 'gzip' : 'as it is'}`, () =>
      assert.equal(acceptsGzip(header), accepted));
  }
});
