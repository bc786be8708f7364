import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import { openPage, startBrowser, webOf } from './browser.ts';

/** Makes the animated picture of the README from the running program: `scripts/make-picture`. */

const picture = fileURLToPath(new URL('../../src/manual/blinky-light.webp', import.meta.url));
const agent =
  "UserAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'";
const app = '/app/a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69';

/** What happens, and for how long it is watched. The people are fictional. */
const scenes = [
  { type: 'session', command: 'Start session', user: 'LAB;goran' },
  { type: 'connection', command: 'Open connection', user: 'LAB;goran' },
  { type: 'connection', command: 'Open connection', user: 'ACME;anna' },
  { type: 'connection', command: 'Close connection', user: 'LAB;goran' },
  { type: 'connection', command: 'Open connection', user: 'SALES;priya' },
  { type: 'session', command: 'Stop session', user: 'LAB;goran' },
] as const;
const sceneMs = 1600;
const frameMs = 200;

test('the animated picture', async (context) => {
  const folder = temporaryFolder(context);
  const testApp = await startTestApp(context, ['lightConfig.onMs=900']);
  const browser = await startBrowser(context);
  const { page } = await openPage(browser, webOf(testApp), '/', {
    viewport: { width: 900, height: 620 },
    colorScheme: 'dark',
  });
  await page.locator('#connection.live').waitFor();
  // Room for what moves: the lights, the events and the active users.
  for (const part of ['.card:has(#chart)', '.card:has(#health-heading)', '#filters', 'footer']) {
    await page.locator(part).evaluate((element) => element.setAttribute('hidden', ''));
  }
  await testApp.lampTestOver();

  const frames: string[] = [];
  const startMs = performance.now();
  for (const [index, { type, command, user }] of scenes.entries()) {
    await testApp.send(
      `/proxy-${type}/;sense${1 + (index % 2)};${command};${user};AppAccess;${app};${agent}`,
    );
    const endMs = startMs + (index + 1) * sceneMs;
    while (performance.now() < endMs) {
      const beforeMs = performance.now();
      const file = join(folder, `${String(frames.length).padStart(3, '0')}.png`);
      await page.screenshot({ path: file });
      const tookMs = performance.now() - beforeMs;
      await pause(Math.max(0, frameMs - tookMs));
      // The frame is shown for as long as it took: the picture has the pace of the program.
      frames.push('-d', String(Math.round(performance.now() - beforeMs)), file);
    }
  }
  mkdirSync(join(picture, '..'), { recursive: true });
  execFileSync('img2webp', [
    '-loop',
    '0',
    '-lossy',
    '-q',
    '90',
    '-m',
    '6',
    ...frames,
    '-o',
    picture,
  ]);
});
