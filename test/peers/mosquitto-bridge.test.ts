import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { listen, numbersIn } from './listener.ts';
import { startMosquitto } from './mosquitto.ts';

const opened = (user: string) =>
  `/proxy-connection/;sense1;Open connection;LAB;${user};AppAccess;/hub/;m`;

/** In MQTT 5 Mosquitto 2.0 asks for no session that is kept: it sends no session expiry. */
const versions = [
  { version: 'mqttv31', keepsSession: true },
  { version: 'mqttv311', keepsSession: true },
  { version: 'mqttv50', keepsSession: false },
];

describe('Mosquitto as a bridge from the appliance', () => {
  for (const { version, keepsSession } of versions) {
    const away = keepsSession
      ? 'what was sent while it was away'
      : 'what is sent after its restart';
    test(`${version}: events and what is retained arrive, and ${away}`, async (context) => {
      const appliance = await startTestApp(context);
      const sendUpTo = async (first: number, end: number) => {
        for (let number = first; number < end; number += 1) {
          await appliance.send(opened(`u${number}`));
        }
      };
      const mosquitto = await startMosquitto(context, {
        more: [
          'connection appliance',
          `address 127.0.0.1:${appliance.app.ports.mqtt}`,
          `bridge_protocol_version ${version}`,
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
      await sendUpTo(0, 100);
      await waitFor('all events', () => numbersIn(listener).length === 100);

      await mosquitto.stop();
      if (keepsSession) await sendUpTo(100, 150);
      await mosquitto.start();
      if (!keepsSession) {
        await waitFor('the bridge again', async () => {
          await appliance.send(opened('u-1'));
          return numbersIn(listener).includes(-1);
        });
        await sendUpTo(100, 150);
      }
      await waitFor('the others', () => numbersIn(listener).includes(149), 20_000);
      assert.deepEqual(
        [...new Set(numbersIn(listener))].filter((number) => number >= 0),
        Array.from({ length: 150 }, (_, number) => number),
      );
    });
  }
});
