import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig } from '../../../src/config/load.ts';
import { lightsByKind } from '../../../src/lights/settings.ts';

const { lightConfig } = defaultConfig();

test("the lights' settings have the keys, the order and the defaults of the contract", () => {
  assert.equal(
    JSON.stringify(lightConfig),
    JSON.stringify({
      driver: 'auto',
      green: { pin: 17, activeLow: false },
      red: { pin: 27, activeLow: false },
      onMs: 250,
      offMs: 100,
      maxBacklogMs: 3000,
      connectionOpen: 'green',
      connectionClose: 'red',
      sessionStart: 'none',
      sessionStop: 'none',
      heartbeat: { enable: false, everySeconds: 30 },
      button: { enable: false, pin: 3 },
    }),
  );
});

test('each kind of event has the light that its own setting names', () => {
  assert.deepEqual(lightsByKind({ ...lightConfig, sessionStop: 'green', connectionOpen: 'none' }), {
    'session-start': 'none',
    'session-stop': 'green',
    'connection-open': 'none',
    'connection-close': 'red',
  });
});
