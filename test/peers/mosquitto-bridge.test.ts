import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { listen, numbersIn } from './listener.ts';
import { startMosquitto } from './mosquitto.ts';

const opened = (user: string) =>
  `/proxy-connection/;sense1;Open connection;LAB;${user};AppAccess;/hub/;m`;

describe('Mosquitto as a bridge from the appliance', () => {
  for (const version of ['mqttv31', 'mqttv311', 'mqttv50']) {
    test(`${version}: events and what is retained arrive, also what was sent while it was away`, async (context) => {
      const appliance = await startTestApp(context);
      const mosquitto = await startMosquitto(context, {
        more: [
          'connection appliance',
          `address 127.0.0.1:${appliance.app.ports.mqtt}`,
          `bridge_protocol_version ${version}`,
          // 23 characters are the most that MQTT 3.1 knows.
          'remote_clientid bridge',
          'cleansession false',
          'notifications false',
          'restart_timeout 1',
          'topic qliksense/# in 1',
          'topic blinky/# in 1',
        ],
      });
      const listener = await listen(context, `mqtt://127.0.0.1:${mosquitto.port}`);
      await waitFor('what is retained', () => listener.last('blinky/status') === 'online');
      for (let number = 0; number < 100; number += 1) await appliance.send(opened(`u${number}`));
      await waitFor('all events', () => numbersIn(listener).length === 100);

      await mosquitto.stop();
      for (let number = 100; number < 150; number += 1) await appliance.send(opened(`u${number}`));
      await mosquitto.start();
      await waitFor('the others', () => numbersIn(listener).includes(149), 20_000);
      assert.deepEqual(
        [...new Set(numbersIn(listener))],
        Array.from({ length: 150 }, (_, number) => number),
      );
    });
  }
});
