import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { hashPassword } from '../../src/access/password.ts';
import { startTestApp } from '../support/test-app.ts';
import { signInOf, startTestWebSink } from '../support/test-web-sink.ts';
import { waitFor } from '../support/wait-for.ts';
import { openLivePage, openPage, startBrowser, webOf } from './browser.ts';

const access = {
  anonymous: 'subscribe',
  personalData: 'anyone',
  hasUsers: true,
  signIn: signInOf([['anna', 'grünes Licht']]),
} as const;

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#sign-in-name').fill('anna');
  await page.locator('#sign-in-password').fill('grünes Licht');
  await page.keyboard.press('Enter');
  await page.getByText('Signed in as anna').waitFor();
}

/** Settings of an appliance with one user. */
const withUser = async (...settings: string[]) => [
  `brokerConfig.access.users=[{"name":"anna","passwordHash":"${await hashPassword('grünes Licht')}"}]`,
  ...settings,
];

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
    await page.getByText('Wrong name or password').waitFor();
    await page.locator('#sign-in-password').fill('grünes Licht');
    await page.keyboard.press('Enter');
    await page.getByText('Signed in as anna').waitFor();
    await button.click();
    await page.getByText('Sent. Waiting').waitFor();
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

  test('names are for those who have signed in, in the list and as they arrive', async (context) => {
    const { page, testApp } = await openLivePage(context, '/', {
      settings: await withUser('brokerConfig.access.personalData=signedIn'),
    });
    const names = async () => (await page.locator('.event .who').allTextContents()).join();
    await testApp.send(open);
    await waitFor('the event', async () => (await names()) === 'name hidden');
    await page.getByText('Sign in to see their names.').waitFor();
    await signIn(page);
    await waitFor('the name', async () => (await names()) === 'LAB/goran');
    await page.locator('#connection.live').waitFor();
    await page.locator('#users li').getByText('goran').waitFor();
    await testApp.send(open);
    await waitFor('both names', async () => (await names()) === 'LAB/goran,LAB/goran');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await waitFor('no name', async () => (await names()) === 'name hidden,name hidden');
    await page.getByText('Sign in to see their names.').waitFor();
  });

  test('where nobody may look without signing in, the page says so, and opens', async (context) => {
    const testApp = await startTestApp(
      context,
      await withUser('brokerConfig.access.anonymous=none'),
    );
    const browser = await startBrowser(context);
    const { page } = await openPage(browser, webOf(testApp), '/');
    await page.getByText('Sign in to see events').waitFor();
    await testApp.send(open);
    await signIn(page);
    await page.locator('#connection.live').waitFor();
    await page.getByText('LAB/goran').waitFor();
    await testApp.send(open);
    await page.locator('#light-green.on').waitFor();
  });
});
