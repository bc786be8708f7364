import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/clock.ts';
import type { UserEvent } from '../../src/events/user-event.ts';
import { startFakeSlack } from '../support/fake-slack.ts';
import { startTestApp } from '../support/test-app.ts';
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
