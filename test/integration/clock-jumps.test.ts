import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserEvent } from '../../src/events/user-event.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { startFakeSlack } from '../support/fake-slack.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';
const onMs = 250;
const yearMs = 365 * 24 * 3600 * 1000;

describe('a clock that jumps, as on a Pi without a network at the start', () => {
  for (const [what, jumpMs] of [
    ['back by twenty years', -20 * yearMs],
    ['ahead by ten years', 10 * yearMs],
  ] as const) {
    test(`${what}: lights last as long, ids stay in order, Slack and MQTT go on`, async (context) => {
      let offMs = 0;
      const clock = { ...systemClock, now: () => new Date(Date.now() + offMs) };
      const token = 'xoxb-1-clock';
      const slack = await startFakeSlack(context, { token, intervalMs: 50 });
      const { send, subscribe, lampChanges, lampTestOver, lines } = await startTestApp(
        context,
        ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
        { clock, slackToken: { tokenFile: '', environmentToken: token } },
      );
      const { messages } = await subscribe('blinky/event');
      await lampTestOver();
      const before = lampChanges.length;

      await send(open);
      await waitFor('light', () => lampChanges.length === before + 1);
      offMs = jumpMs;
      await waitFor('dark', () => lampChanges.length === before + 2);
      await send(open);
      await waitFor('the second blink', () => lampChanges.length === before + 4);
      const switched = lampChanges.slice(before).map(({ atMs }) => atMs);
      for (const [on = 0, off = 0] of [switched.slice(0, 2), switched.slice(2, 4)]) {
        assert.ok(off - on >= onMs - 1 && off - on < onMs + 1000, `lit for ${off - on} ms`);
      }

      await waitFor('both messages', () => messages.length === 2);
      const events = messages.map(({ payload }) => JSON.parse(payload) as UserEvent);
      assert.deepEqual(
        events.map(({ id }) => id).sort(),
        events.map(({ id }) => id),
      );
      await waitFor('both in the channel', () => slack.lines.length === 2);

      await send('nonsense');
      await send('more nonsense');
      await waitFor('the sum of what was rejected', () =>
        lines.some((line) => line.includes('rejected 1 more')),
      );
    });
  }
});

/** What the clock of a Pi shows that was without power for long. */
const oldTime = new Date('2025-08-01T00:00:00Z');

describe('a clock that nobody has set', () => {
  test('marks the events until it is set, and no more after', async (context) => {
    let isSet = false;
    const clock = { ...systemClock, now: () => (isSet ? new Date() : oldTime) };
    const token = 'xoxb-1-clock';
    const slack = await startFakeSlack(context, { token, intervalMs: 50 });
    slack.mood = { kind: 'reset' };
    const app = await startTestApp(
      context,
      ['slackConfig.enable=true', `slackConfig.apiUrl=${slack.apiUrl}`],
      { clock, timeIsSet: () => isSet, slackToken: { tokenFile: '', environmentToken: token } },
    );
    const { messages } = await app.subscribe('blinky/event');
    const events = () => messages.map(({ payload }) => JSON.parse(payload) as UserEvent);

    await app.send(open);
    await waitFor('the event', () => events().length === 1);
    assert.equal(events()[0]?.timeUnknown, true);

    isSet = true;
    await waitFor('the clock to be found set', () => clockMessage(app) === 'the time is set');
    slack.mood = { kind: 'well' };
    await app.send(open);
    await waitFor('the next event', () => events().length === 2);
    assert.equal(events()[1]?.timeUnknown, undefined);

    await waitFor('both in the channel', () => slack.lines.length === 2, 30_000);
    assert.match(slack.lines[0] ?? '', /on sense1 · earlier, time unknown$/);
    assert.match(slack.lines[1] ?? '', /on sense1$/);

    const listed = (await (await app.get('/api/events')).json()) as { events: UserEvent[] };
    assert.deepEqual(listed.events.map(({ timeUnknown }) => timeUnknown ?? false).sort(), [
      false,
      true,
    ]);
  });

  test('a satellite takes the time from an appliance that knows it', async (context) => {
    const appliance = await startTestApp(context);
    const satellite = await startTestApp(
      context,
      [
        'satelliteConfig.brokerHost=127.0.0.1',
        `satelliteConfig.brokerPort=${appliance.app.ports.mqtt}`,
      ],
      { clock: { ...systemClock, now: () => oldTime }, timeIsSet: () => false },
    );
    const part = satellite.app.health.part('satellite');
    await waitFor('the satellite to listen', () => part.status.state === 'ok');
    const there = await appliance.subscribe('blinky/event');
    const here = await satellite.subscribe('blinky/event');
    await appliance.send(open);
    assert.deepEqual(
      JSON.parse(await here.received('blinky/event')),
      JSON.parse(await there.received('blinky/event')),
    );
    await satellite.send(open);
    await waitFor('its own event', () => here.messages.length === 2);
    const own = JSON.parse(here.messages[1]?.payload ?? '') as UserEvent;
    assert.equal(own.timeUnknown, true);
  });
});

function clockMessage({ app }: TestApp): string {
  return app.health.part('clock').status.message;
}
