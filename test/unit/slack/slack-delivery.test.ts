import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Health } from '../../../src/health/health.ts';
import { RetryPauses } from '../../../src/platform/retry-pauses.ts';
import type { SlackMessage } from '../../../src/slack/message.ts';
import { slackPace } from '../../../src/slack/pace.ts';
import type { PermanentFailure, PostOutcome } from '../../../src/slack/post-outcome.ts';
import { SlackDelivery } from '../../../src/slack/slack-delivery.ts';
import type { SlackEvent } from '../../../src/slack/slack-event.ts';
import { slackEvent } from '../../support/events.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

interface Call {
  readonly atMs: number;
  readonly text: string;
  readonly plainly: boolean;
}

/** A delivery between an outbox in memory and a Slack that answers what the test says. */
function setUp(userIds: readonly string[] = []) {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const health = new Health(clock, log);
  let waiting: { place: number; item: SlackEvent }[] = [];
  const outbox = {
    dropped: 0,
    oldest: async (limit: number) => waiting.slice(0, limit),
    remove: async (entries: readonly { place: number }[]) => {
      const gone = new Set(entries.map(({ place }) => place));
      waiting = waiting.filter(({ place }) => !gone.has(place));
    },
  };
  const slack = {
    calls: [] as Call[],
    answer: { kind: 'delivered' } as PostOutcome | (() => Promise<PostOutcome>),
    token: 'xoxb-1',
    usedToken: 'xoxb-1',
    problem: undefined as PermanentFailure | undefined,
    aborted: false,
  };
  const delivery = new SlackDelivery({
    outbox,
    account: {
      post: async (message: SlackMessage, plainly: boolean) => {
        slack.calls.push({ atMs: clock.monotonicMs(), text: message.text, plainly });
        slack.usedToken = slack.token;
        return typeof slack.answer === 'function' ? await slack.answer() : slack.answer;
      },
      problem: async () => slack.problem,
      manner: 'to activity',
      hasChanged: async () => slack.token !== slack.usedToken,
      abort: () => {
        slack.aborted = true;
      },
    },
    pace: slackPace,
    clock,
    health: health.part('slack'),
    retry: new RetryPauses(1000, 10_000, () => 0.999),
    limitRetry: new RetryPauses(1000, 300_000, () => 0.999),
    random: () => 0.999,
    log,
  });
  let next = 0;
  const add = (...ids: readonly string[]) => {
    for (const userId of ids) {
      waiting.push({ place: next, item: slackEvent({ userId }) });
      next += 1;
    }
    delivery.wake();
  };
  /** Moves on in small steps, so that whoever is woken acts before the next one. */
  const advance = async (ms: number) => {
    const steps = Math.ceil(ms / 100);
    for (let step = 0; step < steps; step += 1) {
      clock.advance(ms / steps);
      await settled();
    }
  };
  add(...userIds);
  delivery.start();
  return {
    add,
    advance,
    clock,
    delivery,
    lines,
    outbox,
    slack,
    waiting: () => waiting.length,
    status: () => health.part('slack').status,
  };
}

/** A message is made and posted in several turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}

test('waiting events go in one message, in order, and leave the outbox', async () => {
  const { advance, delivery, slack, waiting } = setUp(['ann', 'bob', 'cyd']);
  await advance(1200);
  assert.equal(slack.calls.length, 1);
  assert.match(slack.calls[0]?.text ?? '', /^3 events\n.*ann.*\n.*bob.*\n.*cyd/);
  assert.equal(waiting(), 0);
  assert.equal(delivery.delivered, 3);
  assert.equal(delivery.posted, 1);
});

test('messages keep 1.1 s apart, and what comes meanwhile shares the next one', async () => {
  const { add, advance, slack } = setUp();
  for (let second = 0; second < 20; second += 1) {
    add(`a${second}`, `b${second}`);
    await advance(500);
  }
  await advance(2000);
  const gaps = slack.calls
    .slice(1)
    .map(({ atMs }, index) => atMs - (slack.calls[index]?.atMs ?? 0));
  assert.ok(
    gaps.every((gap) => gap >= 1100),
    `gaps: ${gaps}`,
  );
  const users = slack.calls.flatMap(({ text }) => text.match(/(?<=LAB\/)\w+/g) ?? []);
  assert.deepEqual(
    users,
    Array.from({ length: 20 }, (_, second) => [`a${second}`, `b${second}`]).flat(),
  );
});

test('an event posts at once when nothing was posted just before', async () => {
  const { add, advance, clock, slack } = setUp();
  await advance(60_000);
  add('ann');
  await settled();
  assert.equal(slack.calls[0]?.atMs, clock.monotonicMs());
});

test('Retry-After is kept to the second', async () => {
  const { advance, slack, status } = setUp(['ann']);
  slack.answer = { kind: 'rate-limited', retryAfterMs: 30_000 };
  await advance(1100);
  slack.answer = { kind: 'delivered' };
  assert.equal(status().message, 'waiting 30 s, as requested by Slack');
  assert.equal(status().state, 'ok');
  await advance(35_000);
  const [first, second] = slack.calls;
  const waited = (second?.atMs ?? 0) - (first?.atMs ?? 0);
  assert.ok(waited >= 30_000 && waited < 30_500, `waited ${waited} ms`);
  assert.equal(slack.calls.length, 2);
});

test('what passes by itself is tried again with growing pauses, and says so once', async () => {
  const { advance, lines, slack, status, waiting } = setUp(['ann']);
  slack.answer = { kind: 'transient', reason: 'connection refused' };
  await advance(100_000);
  const gaps = slack.calls
    .slice(1)
    .map(({ atMs }, index) => atMs - (slack.calls[index]?.atMs ?? 0));
  const growing = gaps.slice(0, 4);
  assert.deepEqual(
    growing,
    [...growing].sort((a, b) => a - b),
  );
  assert.ok(Math.max(...gaps) <= 10_100, `gaps: ${gaps}`);
  assert.ok((growing[3] ?? 0) > 7000, `gaps: ${gaps}`);
  assert.equal(status().message, 'waiting for Slack: connection refused');
  assert.equal(status().needsPerson, false);
  assert.equal(lines.filter((line) => line.includes('waiting for Slack')).length, 1);

  slack.answer = { kind: 'delivered' };
  await advance(10_000);
  assert.equal(waiting(), 0);
  assert.equal(status().state, 'ok');
});

const noAccess: PostOutcome = {
  kind: 'permanent',
  message: 'Slack does not recognize the token (invalid_auth)',
  remedy: 'Make a new one',
};

/** The pauses between the calls, s. */
const gapsOf = (calls: readonly Call[]) =>
  calls.slice(1).map(({ atMs }, index) => Math.round((atMs - (calls[index]?.atMs ?? 0)) / 1000));

test('what only a person can repair is asked again after 30 s, then up to five minutes apart', async () => {
  const { add, advance, slack, status } = setUp(['ann']);
  slack.answer = noAccess;
  await advance(1_300_000);
  assert.deepEqual(gapsOf(slack.calls), [30, 60, 120, 240, 300, 300]);
  assert.deepEqual(status(), {
    state: 'fault',
    since: status().since,
    message: 'Slack does not recognize the token (invalid_auth)',
    remedy: 'Make a new one',
    needsPerson: true,
  });
  // The channel was repaired; the token is the same.
  slack.answer = { kind: 'delivered' };
  await advance(300_000);
  assert.equal(status().state, 'ok');
  // What breaks next begins with short pauses.
  const before = slack.calls.length;
  slack.answer = noAccess;
  add('bob');
  await advance(40_000);
  assert.equal(slack.calls.length, before + 2);
});

test('another try can be asked for after a failure, but not before Slack wants one', async () => {
  const { add, advance, clock, delivery, slack, status } = setUp(['ann']);
  slack.answer = noAccess;
  await advance(1200);
  slack.answer = { kind: 'transient', reason: 'connection refused' };
  await advance(5000);
  assert.equal(slack.calls.length, 1);
  const asked = clock.monotonicMs();
  assert.equal(delivery.tryNow(), true);
  await settled();
  assert.equal(slack.calls.at(-1)?.atMs, asked);
  assert.equal(slack.calls.length, 2);

  slack.answer = { kind: 'rate-limited', retryAfterMs: 60_000 };
  assert.equal(delivery.tryNow(), true);
  await settled();
  assert.equal(slack.calls.length, 3);
  assert.equal(delivery.tryNow(), false);
  await advance(30_000);
  assert.equal(slack.calls.length, 3);
  slack.answer = { kind: 'delivered' };
  await advance(35_000);
  assert.equal(status().state, 'ok');
  assert.equal(delivery.tryNow(), false);
  add('bob');
  await advance(1200);
  assert.equal(slack.calls.length, 5);
});

test('a limit of Slack’s passes by itself, with pauses that grow long', async () => {
  const { advance, lines, slack, status, waiting } = setUp(['ann']);
  slack.answer = {
    kind: 'transient',
    reason: 'the Slack workspace has reached its limit of messages (message_limit_exceeded)',
    remedy: 'Wait',
    isLimit: true,
  };
  await advance(3_000_000);
  assert.equal(status().needsPerson, false);
  const gaps = gapsOf(slack.calls);
  assert.deepEqual(gaps.slice(0, 6), [1, 2, 4, 8, 16, 32]);
  assert.deepEqual(gaps.slice(-2), [300, 300]);
  assert.equal(lines.filter((line) => line.includes('waiting for Slack')).length, 1);
  // After an hour somebody may want to do something about it.
  await advance(1_000_000);
  assert.equal(status().needsPerson, true);
  slack.answer = { kind: 'delivered' };
  await advance(300_000);
  assert.equal(waiting(), 0);
  assert.equal(status().state, 'ok');
});

test('a network that is away needs nobody, however long', async () => {
  const { advance, slack, status } = setUp(['ann']);
  slack.answer = { kind: 'transient', reason: 'there is no network' };
  await advance(4_000_000);
  assert.equal(status().needsPerson, false);
});

test('a repaired token is used within seconds', async () => {
  const { advance, slack, status, waiting } = setUp(['ann']);
  slack.answer = noAccess;
  await advance(20_000);
  assert.equal(slack.calls.length, 1);
  slack.token = 'xoxb-2';
  slack.answer = { kind: 'delivered' };
  await advance(5000);
  assert.equal(slack.calls.length, 2);
  assert.equal(waiting(), 0);
  assert.equal(status().state, 'ok');
});

test('a missing token is told before any event comes, and Slack is not called', async () => {
  const { advance, slack, status } = setUp();
  slack.problem = {
    kind: 'permanent',
    message: 'no Slack token is set',
    remedy: 'Put one there',
  };
  await advance(20_000);
  assert.equal(status().message, 'no Slack token is set');
  slack.problem = undefined;
  slack.token = 'xoxb-2';
  await advance(5000);
  assert.equal(status().message, 'ready to post to activity');
  assert.equal(slack.calls.length, 0);
});

test('a message that Slack dislikes goes in smaller parts, then without blocks', async () => {
  const { advance, slack, waiting } = setUp(['a', 'b', 'c', 'd']);
  slack.answer = { kind: 'message-refused', code: 'msg_blocks_too_long' };
  await advance(4500);
  assert.deepEqual(
    slack.calls.map(({ text, plainly }) => [text.match(/LAB/g)?.length, plainly]),
    [
      [4, false],
      [2, false],
      [1, false],
      [1, true],
    ],
  );
  slack.answer = { kind: 'delivered' };
  await advance(400_000);
  assert.equal(waiting(), 0);
});

test('what the outbox had no room for is owned up to once', async () => {
  const { add, advance, outbox, slack } = setUp();
  outbox.dropped = 5;
  add('ann');
  await advance(1200);
  add('bob');
  await advance(1200);
  assert.match(slack.calls[0]?.text ?? '', /^5 older events were dropped/);
  assert.doesNotMatch(slack.calls[1]?.text ?? '', /left out/);
});

test('an outbox that can not be read is a fault, not the end', async () => {
  const { advance, lines, outbox, status, waiting } = setUp(['ann']);
  const { oldest } = outbox;
  outbox.oldest = async () => {
    throw new Error('IO error');
  };
  await advance(1200);
  assert.match(status().message, /can't read the waiting events: IO error/);
  assert.doesNotMatch(lines.join('\n'), / at /, 'a fault outside has no stack');
  outbox.oldest = oldest;
  await advance(10_000);
  assert.equal(waiting(), 0);
});

test('a bug of our own is logged with its stack, and is no fault of the disk alone', async () => {
  const { advance, lines, outbox } = setUp(['ann']);
  outbox.oldest = async () => {
    throw new TypeError('made on purpose');
  };
  await advance(5000);
  const bugs = lines.filter((line) => line.includes('because of a bug'));
  assert.equal(bugs.length, 1, lines.join('\n'));
  assert.match(bugs[0] ?? '', /posting failed .*: TypeError: made on purpose +at .*delivery\.test/);
});

test('stopping lets the message under way finish, and gives it up after its time', async () => {
  const { advance, delivery, slack, waiting } = setUp(['ann']);
  let answer: (outcome: PostOutcome) => void = () => {};
  slack.answer = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  await advance(1200);
  let stopped = false;
  void delivery.stop(3000, new AbortController().signal).then(() => {
    stopped = true;
  });
  await advance(2900);
  assert.equal(stopped, false);
  assert.equal(slack.aborted, false);
  await advance(200);
  assert.equal(slack.aborted, true);
  answer({ kind: 'transient', reason: 'given up' });
  await settled();
  assert.equal(stopped, true);
  assert.equal(waiting(), 1);
});

test('stopping cuts every wait short', async () => {
  for (const answer of [noAccess, { kind: 'rate-limited', retryAfterMs: 3_600_000 } as const]) {
    const { advance, delivery, slack } = setUp(['ann']);
    slack.answer = answer;
    await advance(1200);
    await delivery.stop(3000, new AbortController().signal);
    assert.equal(slack.aborted, false);
  }
});
