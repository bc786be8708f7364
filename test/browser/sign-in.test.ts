import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startTestWebSink } from '../support/test-web-sink.ts';
import { openPage, startBrowser } from './browser.ts';

const access = {
  anonymous: 'subscribe',
  personalData: 'anyone',
  hasUsers: true,
  authenticate: (name: string, password: string) => name === 'anna' && password === 'grünes Licht',
} as const;

describe('signing in on the page', () => {
  test('test events take it; a wrong password is told, the right one opens the buttons', async (context) => {
    const server = await startTestWebSink(context, { access });
    const browser = await startBrowser(context);
    const { page } = await openPage(browser, server.sink, '/setup');
    const button = page.getByRole('button', { name: 'Open an app' });
    await page.getByText('Sign in to send test events.').waitFor();
    assert.equal(await button.isDisabled(), true);

    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#sign-in-name').fill('anna');
    await page.locator('#sign-in-password').fill('rot');
    await page.keyboard.press('Enter');
    await page.getByText('do not belong to a user').waitFor();
    await page.locator('#sign-in-password').fill('grünes Licht');
    await page.keyboard.press('Enter');
    await page.getByText('Signed in as anna').waitFor();
    await button.click();
    await page.getByText('Sent, waiting').waitFor();
    assert.deepEqual(server.testEvents, ['connection-open']);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Sign in to send test events.').waitFor();
    assert.equal(await button.isDisabled(), true);
  });

  test('without any user, a browser elsewhere is told how to make one', async (context) => {
    const server = await startTestWebSink(context);
    const browser = await startBrowser(context);
    const { page } = await openPage(browser, server.sink, '/setup', {
      extraHTTPHeaders: { 'x-forwarded-for': '10.0.0.7' },
    });
    await page.locator('#test-no-users').getByText('blinky passwd NAME').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sign in' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Open an app' }).isDisabled(), true);
  });
});
