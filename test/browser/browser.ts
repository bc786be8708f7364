import { mkdirSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/test-app.ts';

/** Debian's Chromium; nothing in it may reach for a network that a test does not have. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const chromiumOptions = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const screenshotFolder = new URL('../../build/screenshots/', import.meta.url);

/** A page in a browser of its own, watched for what must never happen. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings on the console, exceptions, and requests that failed or left the origin. */
  readonly troubles: string[];
  screenshot(name: string): Promise<void>;
}

/** Starts Chromium; it ends with the test. */
export async function startBrowser(context: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath, args: chromiumOptions });
  context.after(() => browser.close());
  return browser;
}

/** Where a test's appliance serves its pages. */
export const webOf = ({ app }: TestApp) => ({ port: app.ports.web });

/** Opens a page of a server on this machine. */
export async function openPage(
  browser: Browser,
  server: { readonly port: number | undefined },
  path: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const origin = `http://127.0.0.1:${server.port}`;
  const browserContext = await browser.newContext({
    baseURL: origin,
    locale: 'en-GB',
    ...options,
  });
  const page = await browserContext.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('request', (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol !== 'data:' && host !== new URL(origin).host) {
      troubles.push(`left the origin: ${request.url()}`);
    }
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) {
      troubles.push(`left the origin: ${socket.url()}`);
    }
  });
  await page.goto(path);
  return {
    page,
    troubles,
    screenshot: async (name) => {
      mkdirSync(screenshotFolder, { recursive: true });
      const file = new URL(`${name}.png`, screenshotFolder).pathname;
      await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
    },
  };
}

/** An appliance and one of its pages, live. */
export async function openLivePage(
  context: TestContext,
  path: string,
  { settings = [], page = {} }: { settings?: readonly string[]; page?: BrowserContextOptions } = {},
): Promise<WatchedPage & { readonly testApp: TestApp; readonly browser: Browser }> {
  const testApp = await startTestApp(context, settings);
  const browser = await startBrowser(context);
  const watched = await openPage(browser, webOf(testApp), path, page);
  await watched.page.locator('#connection.live').waitFor();
  return { ...watched, testApp, browser };
}
