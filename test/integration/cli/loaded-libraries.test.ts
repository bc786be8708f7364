// What `blinky check` loads; in a process of its own, for a library once loaded stays.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { checks } from '../../../src/cli/checks.ts';
import { defaultConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const isLoaded = (library: string) =>
  Object.keys(createRequire(import.meta.url).cache).some((file) =>
    file.includes(`/node_modules/${library}/`),
  );

async function runChecks(config: Config): Promise<void> {
  for (const check of checks) {
    const findings = check({
      config,
      environment: {},
      now: () => new Date('2026-11-27T12:00:00Z'),
      post: false,
      ask: undefined,
      running: async () => undefined,
    });
    for await (const finding of findings) assert.ok(finding.name);
  }
}

test("Slack's SDK and the MQTT client are loaded only where they are used", async (context) => {
  const defaults = defaultConfig();
  const config: Config = {
    ...defaults,
    stateDirectory: temporaryFolder(context),
    lightConfig: { ...defaults.lightConfig, driver: 'simulated' },
  };
  await runChecks(config);
  assert.deepEqual([isLoaded('@slack/web-api'), isLoaded('mqtt')], [false, false]);
  const upstream = { ...config.mqttConfig, brokerHost: '127.0.0.1', brokerPort: 1 };
  await runChecks({ ...config, mqttConfig: upstream });
  assert.deepEqual([isLoaded('@slack/web-api'), isLoaded('mqtt')], [false, true]);
});
