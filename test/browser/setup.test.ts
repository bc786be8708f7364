import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { conversionPattern } from '../../src/appender/local-log-config.ts';
import { waitFor } from '../support/wait-for.ts';
import { openLivePage } from './browser.ts';

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

describe('the page at /setup', () => {
  test('the file: an address of this machine or another, a layout, and it parses', async (context) => {
    const { page, troubles } = await openLivePage(context, '/setup');
    await page.getByLabel('Another address', { exact: false }).first().check();
    await page.locator('#other-address').fill('10.0.0.5');
    await page.getByLabel('Butler SOS').check();
    await page.locator('#download[href*="10.0.0.5"]').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Download LocalLogConfig.xml').click(),
    ]);
    assert.equal(download.suggestedFilename(), 'LocalLogConfig.xml');
    const xml = readFileSync(await download.path(), 'utf8');
    const read = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'application/xml');
      const parameters = [...parsed.querySelectorAll('param')].map((one) => [
        one.getAttribute('name'),
        one.getAttribute('value'),
      ]);
      return {
        error: parsed.querySelector('parsererror')?.textContent,
        root: parsed.documentElement.tagName,
        addresses: parameters
          .filter(([name]) => name === 'remoteAddress')
          .map(([, value]) => value),
        patterns: parameters
          .filter(([name]) => name === 'conversionpattern')
          .map(([, value]) => value),
      };
    }, xml);
    assert.deepEqual(read, {
      error: undefined,
      root: 'configuration',
      addresses: ['10.0.0.5', '10.0.0.5'],
      patterns: [
        conversionPattern('butler-sos', 'session'),
        conversionPattern('butler-sos', 'connection'),
      ],
    });

    await page.getByText('Show the file').click();
    await page.getByText('"remoteAddress" value="10.0.0.5"').waitFor();
    await page.locator('#other-address').fill('"><x>');
    await page.getByText('is not allowed in an address').waitFor();
    assert.equal(await page.locator('#download').getAttribute('href'), null);
    await page.locator('#other-address').fill('10.0.0.5:9997');
    await page.getByText('includes a port. Use 10.0.0.5. The port is added for you.').waitFor();
    assert.equal(await page.locator('#download').getAttribute('href'), null);
    await page.locator('#other-address').fill('blinky.local');
    await page.locator('#download[href*="blinky.local"]').waitFor();
    await page.getByText('log4net looks up blinky.local only once').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('the live check waits, says what is wrong with what arrives, and turns', async (context) => {
    const { page, testApp, troubles } = await openLivePage(context, '/setup');
    await page.getByText('Waiting for the first event from your server').waitFor();
    await testApp.send('/proxy-user-event/;sense1;x;y;z');
    await page
      .getByText("it was sent by the faulty sample file in Butler SOS's documentation")
      .waitFor();
    await testApp.send(open);
    await page.getByText('Received from 127.0.0.1').waitFor();
    await page.getByText('sense1: Open connection').waitFor();
    assert.deepEqual(troubles, []);
  });

  test('a wrong server is not hidden behind a right one, here and on the live page', async (context) => {
    const { page, testApp, troubles } = await openLivePage(context, '/setup');
    const wrong = createSocket('udp4');
    context.after(() => wrong.close());
    await new Promise<void>((resolve) => wrong.bind(0, '127.0.0.2', resolve));
    wrong.send('sense2;Add ticket;LAB;goran', testApp.app.ports.udp ?? 0, '127.0.0.1');
    await page.getByText("Received something from 127.0.0.2 (this machine) that isn't").waitFor();
    for (let number = 0; number < 3; number += 1) await testApp.send(open);
    await page.getByText('Received from 127.0.0.1').waitFor();
    const look = async () => {
      const row = page.locator('.sender', { hasText: '127.0.0.2' });
      await row.getByText('1 datagram rejected: unknown-command 1').waitFor();
      await row.getByText(`its command "Add ticket" isn't a user event`).waitFor();
      await row.getByText('How to fix it: replace the file on that server').waitFor();
      await page.locator('.sender', { hasText: '127.0.0.1' }).getByText('3 events').waitFor();
    };
    await look();
    await page.goto('/');
    await page.getByRole('heading', { name: 'Senders' }).waitFor();
    await look();
    assert.deepEqual(troubles, []);
  });

  test('a test event blinks the light and comes back; it is not taken for a server', async (context) => {
    const { page, testApp, troubles } = await openLivePage(context, '/setup');
    await testApp.lampTestOver();
    await page.locator('#light-red.off').waitFor();
    await page.getByRole('button', { name: 'Close an app' }).click();
    await page.locator('#light-red.on').waitFor();
    await page.getByText('Test event received.').waitFor();
    assert.equal(testApp.blinks('red'), 1);
    await page.getByText('Waiting for the first event from your server').waitFor();
    for (let index = 0; index < 6; index += 1) {
      await page.getByRole('button', { name: 'Open an app' }).click();
    }
    await page.getByText('Too many test events').waitFor();
    // The browser itself notes the refused request.
    assert.deepEqual(
      troubles.filter((trouble) => !trouble.includes('429')),
      [],
    );
  });

  test('a test event that does not come back: what to look at', async (context) => {
    const { page } = await openLivePage(context, '/setup', {
      settings: ['udpServerConfig.allowFrom=["10.9.9.9"]'],
    });
    await page.getByRole('button', { name: 'Open an app' }).click();
    await page.getByText('not received within 5 seconds').waitFor();
    await page.getByText("its sender isn't in Butler.udpServerConfig.allowFrom").waitFor();
  });

  test('the wiring picture and how to switch Slack on', async (context) => {
    const { page } = await openLivePage(context, '/setup');
    const picture = page.locator('.picture img');
    await picture.scrollIntoViewIfNeeded();
    await waitFor('the picture', () =>
      picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
    );
    await page.getByText('loginNotificationChannel').waitFor();
  });

  test('Slack that does not work: why, and what to do', async (context) => {
    const { page } = await openLivePage(context, '/setup', {
      settings: ['slackConfig.enable=true'],
    });
    const state = page.locator('#slack-state.fault');
    await state.waitFor();
    assert.match((await state.textContent()) ?? '', /Not working.*How to fix it:/s);
  });
});
