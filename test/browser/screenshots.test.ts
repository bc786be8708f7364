import { describe, test } from 'node:test';
import type { BrowserContextOptions } from 'playwright-core';
import { type EventKind, kinds } from '../../src/events/kinds.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { openPage, startBrowser, webOf } from './browser.ts';

/** Pictures of both pages for people to look at; they are in build/screenshots afterwards. */

const sizes = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true },
} as const satisfies Record<string, BrowserContextOptions>;

const people = [
  'LAB/goran',
  'LAB/anna',
  'ACME/m.lindqvist',
  'ACME/jo',
  'SALES/priya.raman',
  'LAB/yusuf',
];
const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
];

const events = 90;
const lastOpened =
  '/proxy-connection/;sense2;Open connection;LAB;yusuf;AppAccess;/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69';

/** An hour and a half of ordinary office life, told in a second. */
async function live(app: TestApp, moveTo: (minutesAgo: number) => void): Promise<void> {
  for (let index = 0; index < events; index += 1) {
    moveTo(Math.round(events * (1 - index / (events - 1)) ** 1.5));
    const [directory = '', user = ''] = (people[(index * 7) % people.length] ?? '').split('/');
    const script: EventKind[] = ['connection-open', 'connection-close', 'connection-open'];
    const kind = index < 6 ? 'session-start' : (script[index % 3] ?? 'connection-open');
    const type = kind.startsWith('session') ? 'session' : 'connection';
    const context = `/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d${60 + (index % 9)}`;
    await app.send(
      `/proxy-${type}/;sense${1 + (index % 2)};${kinds[kind].command};${directory};${user};AppAccess;${context};UserAgent: '${userAgents[index % 2]}'`,
    );
    await waitFor('the event', async () => (await accepted(app)) === index + 1);
  }
}

async function accepted({ get }: TestApp): Promise<number> {
  const status = (await (await get('/api/status')).json()) as { accepted: Record<string, number> };
  return Object.values(status.accepted).reduce((sum, count) => sum + count, 0);
}

describe('what the pages look like', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, page] of Object.entries(sizes)) {
      test(`${size}, ${colorScheme}`, async (context) => {
        let minutesAgo = 0;
        const now = () => new Date(Date.now() - minutesAgo * 60_000);
        const testApp = await startTestApp(
          context,
          ['lightConfig.onMs=1000', 'slackConfig.enable=true'],
          { clock: { ...systemClock, now } },
        );
        const browser = await startBrowser(context);
        await live(testApp, (minutes) => {
          minutesAgo = minutes;
        });
        const main = await openPage(browser, webOf(testApp), '/', { ...page, colorScheme });
        await main.page.locator('#connection.live').waitFor();
        await main.page.locator('.event').nth(15).waitFor();
        await main.page.locator('.event summary').nth(2).click();
        // On a slow machine the lights are dark again by now.
        await waitFor('the green light', async () => {
          await testApp.send(lastOpened);
          return main.page.locator('#light-green.on').isVisible();
        });
        await main.screenshot(`live-${size}-${colorScheme}`);
        const setup = await openPage(browser, webOf(testApp), '/setup', { ...page, colorScheme });
        await setup.page.locator('.check.ok').waitFor();
        await setup.page.locator('.picture img').scrollIntoViewIfNeeded();
        await waitFor('the wiring picture', () =>
          setup.page.locator('.picture img').evaluate((image: HTMLImageElement) => image.complete),
        );
        await setup.screenshot(`setup-${size}-${colorScheme}`);
      });
    }
  }
});
