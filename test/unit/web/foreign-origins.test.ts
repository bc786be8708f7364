import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForeignOrigins } from '../../../src/web/foreign-origins.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

test('a page of a browser extension, an app or a file is not taken for one behind a reverse proxy', () => {
  const foreign = new ForeignOrigins({ clock: new ManualClock(), log: recordingLog().log });
  for (const origin of ['file://', 'chrome-extension://abcdef', 'capacitor://localhost']) {
    const mqtt = foreign.refuse('mqtt', origin, '10.0.0.7');
    assert.ok(mqtt.endsWith(`Fix: add ${origin} to Butler.webConfig.allowedOrigins`), mqtt);
    assert.doesNotMatch(foreign.refuse('request', origin, '10.0.0.7'), /hostNames/);
  }
  const page = foreign.refuse('request', 'https://blinky.example.com', '10.0.0.7');
  assert.match(page, /add blinky\.example\.com to Butler\.webConfig\.hostNames/);
  foreign.stop();
});
