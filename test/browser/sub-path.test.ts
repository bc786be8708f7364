import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReverseProxy } from '../support/reverse-proxy.ts';
import { startTestApp } from '../support/test-app.ts';
import { openPage, startBrowser } from './browser.ts';

test('below a path of a reverse proxy, both pages live as they do at the root', async (context) => {
  const testApp = await startTestApp(context, ['webConfig.hostNames=[127.0.0.1]']);
  const proxy = await startReverseProxy(context, {
    upstreamPort: testApp.app.ports.web,
    path: '/blinky',
  });
  const browser = await startBrowser(context);
  const { page, troubles } = await openPage(browser, proxy, '/blinky/');
  await page.locator('#connection.live').waitFor();
  await testApp.send('/proxy-connection/;sense1;Open connection;LAB;goran;;;m');
  await page.getByText('LAB/goran').first().waitFor();
  await page.getByText('All checks passed').waitFor();

  await page.getByRole('link', { name: 'Set up', exact: true }).click();
  await page.locator('#connection.live').waitFor();
  assert.equal(new URL(page.url()).pathname, '/blinky/setup');
  await page.getByText('Received from 127.0.0.1').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByText('Download LocalLogConfig.xml').click(),
  ]);
  assert.equal(new URL(download.url()).pathname, '/blinky/LocalLogConfig.xml');

  await page.getByRole('link', { name: 'Live', exact: true }).click();
  await page.locator('#connection.live').waitFor();
  assert.equal(new URL(page.url()).pathname, '/blinky/');
  assert.deepEqual(troubles, []);
});

test('behind a proxy whose name is not known, the page says what to set', async (context) => {
  const testApp = await startTestApp(context);
  const proxy = await startReverseProxy(context, { upstreamPort: testApp.app.ports.web });
  const { page } = await openPage(await startBrowser(context), proxy, '/');
  await page.getByText('add 127.0.0.1 to Butler.webConfig.hostNames').waitFor();
  await page.locator('#connection.lost').waitFor();
});
