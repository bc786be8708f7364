import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { BrowserContextOptions } from 'playwright-core';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { axeFindings } from './axe.ts';
import { openPage, startBrowser, webOf } from './browser.ts';

/** The manual at /help. That nothing is fetched from elsewhere is among the troubles of a page. */

async function openHelp(context: TestContext, path: string, options: BrowserContextOptions = {}) {
  const testApp = await startTestApp(context);
  return openPage(await startBrowser(context), webOf(testApp), path, options);
}

const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true };

describe('the help', () => {
  test('the page leads to the contents, they lead to each page', async (context) => {
    const { page, troubles } = await openHelp(context, '/');
    await page.getByRole('link', { name: 'Help', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Manual' }).waitFor();
    const contents = page.getByRole('navigation', { name: 'Contents' }).locator('> ul > li > a');
    const count = await contents.count();
    assert.ok(count > 1);
    for (let index = 1; index < count; index += 1) {
      const link = contents.nth(index);
      const name = await link.textContent();
      await link.click();
      assert.equal(await page.locator('#page h1').textContent(), name);
    }
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.locator('#connection.live').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('the search finds a setting, marks it, and leads to it by keyboard', async (context) => {
    const { page, troubles } = await openHelp(context, '/help');
    await page.keyboard.press('/');
    await page.keyboard.type('allowfrom');
    const first = page.locator('#results li').first();
    await first.waitFor();
    assert.match((await first.textContent()) ?? '', /allowFrom/);
    assert.match((await page.locator('#results mark').first().textContent()) ?? '', /^allowFrom$/i);
    assert.match((await page.getByRole('status').textContent()) ?? '', /results? for “allowfrom”/);
    assert.equal(await page.locator('#page').isVisible(), false);
    await page.keyboard.press('ArrowDown');
    const wanted = await first.locator('a').evaluate((link: HTMLAnchorElement) => link.href);
    await page.keyboard.press('Enter');
    await page.waitForURL(wanted);
    await page.locator('#page').getByText('allowFrom').first().waitFor();
    assert.deepEqual(troubles, []);
  });

  test('a search without results says so; Escape brings the page back', async (context) => {
    const { page, troubles } = await openHelp(context, '/help');
    await page.getByRole('searchbox').fill('qwxzy');
    await page.getByText('No results for “qwxzy”').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#page').waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), '');
    assert.deepEqual(troubles, []);
  });

  test('an address with an anchor opens at that heading', async (context) => {
    const { page } = await openHelp(context, '/help/card');
    const anchor = page.locator('#page h2 > a.anchor').last();
    const id = (await anchor.getAttribute('href')) ?? '';
    await page.goto(`/help/card${id}`);
    await waitFor('the heading at the top', async () =>
      page.locator(id).evaluate((heading) => {
        const { top } = heading.getBoundingClientRect();
        const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
        return scrollY > 0 && top >= 0 && (top < 100 || (atEnd && top < innerHeight));
      }),
    );
  });

  test('a part that fails leads to its section', async (context) => {
    const other = createServer().listen(0, '127.0.0.1');
    context.after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const testApp = await startTestApp(context, [`brokerConfig.port=${port}`]);
    const { page } = await openPage(await startBrowser(context), webOf(testApp), '/');
    await page.getByRole('link', { name: 'How to fix this' }).first().click();
    assert.match(page.url(), /\/help\/troubleshooting#5-flashes$/);
    await page.locator('h2:has([id="5-flashes"])').waitFor();
  });

  test('on paper there is the text and nothing to click', async (context) => {
    const { page, screenshot } = await openHelp(context, '/help/card');
    await page.emulateMedia({ media: 'print' });
    for (const gone of ['#contents', '.turn', '#search', '.top nav']) {
      assert.equal(await page.locator(gone).isVisible(), false, gone);
    }
    assert.equal(await page.locator('#page').isVisible(), true);
    await screenshot('help-print');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, options] of Object.entries({ desktop: {}, phone })) {
      test(`${size}, ${colorScheme}: axe-core finds nothing, no line is too long`, async (context) => {
        const { page, troubles, screenshot } = await openHelp(context, '/help', {
          ...options,
          colorScheme,
        });
        for (const path of [
          '/help',
          '/help/card',
          '/help/configuration',
          '/help/troubleshooting',
        ]) {
          await page.goto(path);
          assert.deepEqual(await axeFindings(page), [], path);
          const tooWide = await page.evaluate(
            () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
          );
          assert.equal(tooWide, false, path);
          await screenshot(
            `help${path.replace('/help', '').replace('/', '-')}-${size}-${colorScheme}`,
          );
        }
        await page.getByRole('searchbox').fill('card');
        await page.locator('#results li').first().waitFor();
        assert.deepEqual(await axeFindings(page), [], 'results');
        await screenshot(`help-results-${size}-${colorScheme}`);
        assert.deepEqual(troubles, []);
      });
    }
  }
});
