import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { UserEvent } from '../../src/events/user-event.ts';
import { butlerSosJson } from '../../src/publications/event-publications.ts';
import { userEvent } from '../support/events.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Mosquitto, startMosquitto } from './mosquitto.ts';

const run = promisify(execFile);

/** A tenth of the pauses that the product makes. */
const quick = {
  upstreamLimits: { capacity: 10_000, memoryCapacity: 100, firstRetryMs: 200, longestRetryMs: 500 },
};

/** Publishes as Butler does, with Debian's own client; one message a line. */
async function publish({ port }: Mosquitto, topic: string, ...lines: string[]): Promise<void> {
  const child = run('mosquitto_pub', ['-p', String(port), '-q', '1', '-t', topic, '-l']);
  child.child.stdin?.end(`${lines.join('\n')}\n`);
  await child;
}

const settings = ({ port }: Mosquitto) => [
  'satelliteConfig.brokerHost=127.0.0.1',
  `satelliteConfig.brokerPort=${port}`,
  'satelliteConfig.brokerUser=sat',
  'satelliteConfig.brokerPassword=secret',
  'udpServerConfig.enable=false',
];
const works = ({ app }: TestApp) => app.health.part('satellite').status.state === 'ok';

describe('a satellite of Mosquitto', () => {
  test("blinks for Butler's text and for Butler SOS's JSON, also after Mosquitto was away", async (context) => {
    const mosquitto = await startMosquitto(context);
    const satellite = await startTestApp(context, settings(mosquitto), quick);
    await waitFor('the connection', () => works(satellite));
    const { messages } = await satellite.subscribe('blinky/event');
    const heard = () =>
      messages.map(({ payload }) => {
        const { kind, host, userDirectory, userId } = JSON.parse(payload) as UserEvent;
        return `${kind} ${host} ${userDirectory}/${userId}`;
      });

    await publish(mosquitto, 'qliksense/connection/open', 'sense1: LAB/goran', 'sense1: LAB/anna');
    await publish(
      mosquitto,
      'qliksense/userevent',
      butlerSosJson(userEvent({ kind: 'connection-close', host: 'sense2', userId: 'goran' })),
    );
    await waitFor('three events', () => messages.length === 3);
    assert.deepEqual(heard(), [
      'connection-open sense1 LAB/goran',
      'connection-open sense1 LAB/anna',
      'connection-close sense2 LAB/goran',
    ]);
    await waitFor('the lights', () => {
      return satellite.blinks('green') === 2 && satellite.blinks('red') === 1;
    });

    await mosquitto.stop();
    await waitFor('the fault', () => !works(satellite));
    await mosquitto.start();
    await publish(mosquitto, 'qliksense/session/start', 'sense1: LAB/bo');
    await waitFor('the event', () => messages.length === 4);
    assert.equal(heard().at(-1), 'session-start sense1 LAB/bo');
  });

  test('hears of a second appliance through it, each event once', async (context) => {
    const mosquitto = await startMosquitto(context);
    const appliance = await startTestApp(
      context,
      ['mqttConfig.brokerHost=127.0.0.1', `mqttConfig.brokerPort=${mosquitto.port}`],
      quick,
    );
    const satellite = await startTestApp(context, settings(mosquitto), quick);
    await waitFor('the connection', () => works(satellite));
    const there = await appliance.subscribe('blinky/event');
    const here = await satellite.subscribe('blinky/event');
    for (let number = 0; number < 50; number += 1) {
      await appliance.send(
        `/proxy-connection/;sense1;Open connection;LAB;u${number % 3};AppAccess;/hub/;m`,
      );
    }
    await waitFor('all of them', () => here.messages.length >= 50);
    assert.deepEqual(
      here.messages.map(({ payload }) => JSON.parse(payload)),
      there.messages.map(({ payload }) => JSON.parse(payload)),
    );
    await waitFor('the copies', async () => {
      const status = await (await satellite.get('/api/status')).json();
      return (status as { satellite: { copies: number } }).satellite.copies === 100;
    });
    assert.equal(here.messages.length, 50);
  });
});
