import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../support/wait-for.ts';
import { axeFindings } from './axe.ts';
import { openLivePage } from './browser.ts';

/** The page is for everybody: small screens, keyboards, screen readers, those whom flashing hurts. */

const open =
  '/proxy-connection/;sense1.with.a.rather.long.name.example.com;Open connection;DEPARTMENT-WITH-A-LONG-NAME;somebody.with.a.long.name@example.com;AppAccess;/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69;m';

/** Presses Tab until what has the focus matches; fails when it goes round without. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(
      (wanted) => document.activeElement?.matches(wanted) ?? false,
      selector,
    );
    if (found) return;
  }
  assert.fail(`Tab never reaches ${selector}`);
}

/** Runs in the page. */
function timesStandApart(): boolean {
  const boxes = [...document.querySelectorAll('#chart .time')].map((time) =>
    time.getBoundingClientRect(),
  );
  return (
    boxes.length > 1 &&
    boxes.every((box, index) => index === 0 || box.left > (boxes[index - 1]?.right ?? 0))
  );
}

describe('for everybody', () => {
  for (const path of ['/', '/setup']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`axe-core finds nothing on ${path} in ${colorScheme}`, async (context) => {
        const { page, testApp } = await openLivePage(context, path, {
          settings: ['slackConfig.enable=true'],
          page: { colorScheme, reducedMotion: 'reduce' },
        });
        await testApp.send(open);
        await testApp.send('nonsense');
        if (path === '/') {
          await page.locator('.part.fault').waitFor();
          await page.locator('.event summary').first().click();
        } else {
          await page.locator('.check.ok').waitFor();
          await page.getByText('Show the file').click();
        }
        await page.getByText(path === '/' ? 'What the red flashes mean' : 'No events?').click();
        assert.deepEqual(await axeFindings(page), []);
      });
    }

    test(`${path} fits 360 pixels, and 320 too`, async (context) => {
      const { page, testApp } = await openLivePage(context, path, {
        settings: ['slackConfig.enable=true'],
      });
      await testApp.send(open);
      await page.locator(path === '/' ? '.event' : '.check.ok').waitFor();
      for (const width of [360, 320]) {
        await page.setViewportSize({ width, height: 740 });
        const { scrollWidth, clientWidth } = await page.evaluate(() => ({
          scrollWidth: document.documentElement.scrollWidth,
          clientWidth: document.documentElement.clientWidth,
        }));
        assert.ok(scrollWidth <= clientWidth, `${scrollWidth} > ${clientWidth} at ${width}`);
      }
    });
  }

  test('the times below the chart stand apart, on a phone too', async (context) => {
    const { page } = await openLivePage(context, '/', { page: { locale: 'en-US' } });
    for (const width of [1200, 412, 375, 320]) {
      await page.setViewportSize({ width, height: 740 });
      for (const range of ['Last hour', 'Last day']) {
        await page.getByText(range, { exact: true }).click();
        await waitFor(`times apart at ${width}, ${range}`, () => page.evaluate(timesStandApart));
      }
    }
  });

  test('by keyboard alone: read an event, filter, pause', async (context) => {
    const { page, testApp } = await openLivePage(context, '/');
    await testApp.send(open);
    await page.locator('.event').waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content');
    await page.keyboard.press('Enter');
    await tabTo(page, '#chart-range input');
    await page.keyboard.press('ArrowRight');
    await page.getByText('Last day: 1 opened').waitFor();
    await tabTo(page, '#pause');
    await page.keyboard.press('Space');
    await page.getByText('Paused', { exact: true }).waitFor();
    await tabTo(page, '#filter-user');
    await page.keyboard.type('nobody');
    await page.getByText('No recent events match.').waitFor();
    await tabTo(page, '#filter-reset');
    await page.keyboard.press('Enter');
    await tabTo(page, '.event summary');
    await page.keyboard.press('Enter');
    await page.locator('.event dl').waitFor();
  });

  test('by keyboard alone: get the file and send a test event', async (context) => {
    const { page } = await openLivePage(context, '/setup');
    await page.locator('#addresses input').first().waitFor();
    await tabTo(page, '#addresses input');
    for (let index = await page.locator('#addresses input').count(); index > 1; index -= 1) {
      await page.keyboard.press('ArrowDown');
    }
    await tabTo(page, '#other-address');
    await page.keyboard.type('10.0.0.5');
    await tabTo(page, '#download');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.keyboard.press('Enter'),
    ]);
    assert.match(readFileSync(await download.path(), 'utf8'), /10\.0\.0\.5/);
    await tabTo(page, '#test-buttons button');
    await page.keyboard.press('Enter');
    await page.getByText('Test event received.').waitFor();
  });

  test('what has the focus is marked', async (context) => {
    const { page } = await openLivePage(context, '/');
    await tabTo(page, '#pause');
    const outline = await page
      .locator('#pause')
      .evaluate((button) => getComputedStyle(button).outlineWidth);
    assert.ok(Number.parseFloat(outline) >= 2, outline);
  });

  test('a screen reader hears of events, but not of each one in a burst', async (context) => {
    const { page, testApp } = await openLivePage(context, '/');
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      const announcer = document.getElementById('announcer') as Node;
      new MutationObserver(() => said.push(announcer.textContent ?? '')).observe(announcer, {
        childList: true,
      });
    });
    for (let index = 0; index < 50; index += 1) await testApp.send(open);
    const said = await waitFor(
      'an announcement',
      async () => {
        const texts = (await page.evaluate(() => Reflect.get(window, 'said'))) as string[];
        return texts.length > 0 && texts;
      },
      15_000,
    );
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^50 events, most recent: Opened: DEPARTMENT/);
    assert.equal(await page.locator('[aria-live] .bulb, [role=status] .bulb').count(), 0);
  });

  test('with reduced motion the light fades in and out', async (context) => {
    const { page } = await openLivePage(context, '/', { page: { reducedMotion: 'reduce' } });
    const duration = (className: string) =>
      page.evaluate((name) => {
        const light = document.getElementById('light-green') as HTMLElement;
        light.className = name;
        return getComputedStyle(light.firstElementChild as Element, '::after').transitionDuration;
      }, className);
    assert.equal(await duration('light green on'), '0.4s');
    assert.equal(await duration('light green off'), '1.2s');
  });
});
